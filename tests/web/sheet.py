"""A page as a browser without JavaScript reads it: its words, its links, its forms with what they would send."""

from html.parser import HTMLParser

VOID = frozenset(("meta", "link", "input", "img", "br", "use", "path", "hr", "wbr"))
SILENT = frozenset(("script", "style", "title"))


class Form:
    """A form: where it goes, and its fields as (name, value), buttons left out."""

    def __init__(self, action: str, method: str) -> None:
        self.action = action
        self.method = method
        self.fields: list[tuple[str, str]] = []

    def filled(self, answers: dict[str, str | list[str]]) -> list[tuple[str, str]]:
        """The fields with some of them answered; a list answers a field that may come more than once."""
        kept = [(name, value) for name, value in self.fields if name not in answers]
        for name, value in answers.items():
            kept += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        return kept


class Sheet(HTMLParser):
    """One page. What is hidden from those who listen to it (monograms, pictures) is no text."""

    def __init__(self, html: str, path: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self.html = html
        self.path = path
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.by_class: dict[str, list[str]] = {}
        self._open: list[tuple[str, list[str], bool]] = []
        self._form: Form | None = None
        self._unchosen = False
        """A select has begun, and none of its options was read: the first one is chosen unless another says so."""
        self._area: tuple[str, list[str]] | None = None
        self._words: list[str] = []
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        """The words that people read, spaces as one."""
        return " ".join(" ".join(self._words).split())

    def form(self, action: str) -> Form:
        """The first form that goes to an address."""
        found = [form for form in self.forms if form.action == action]
        assert found, f"{self.path} has no form for {action}, only {[form.action for form in self.forms]}"
        return found[0]

    def has_form(self, action: str) -> bool:
        """Whether there is such a form."""
        return any(form.action == action for form in self.forms)

    def words_of(self, name: str) -> list[str]:
        """The texts of the elements of a class."""
        return [" ".join(text.split()) for text in self.by_class.get(name, [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One element begins."""
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if tag not in VOID:
            unheard = tag in SILENT or given.get("aria-hidden") == "true"
            self._open.append((tag, given.get("class", "").split(), unheard))
            for name in given.get("class", "").split():
                self.by_class.setdefault(name, []).append("")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "textarea" and "name" in given:
            self._area = (given["name"], [])
        elif self._form is not None and tag == "input" and "name" in given:
            self._put_input(self._form, given)
        elif self._form is not None and tag == "select" and "name" in given:
            self._form.fields.append((given["name"], ""))
            self._unchosen = True
        elif self._form is not None and tag == "option" and ("selected" in given or self._unchosen):
            self._form.fields[-1] = (self._form.fields[-1][0], given.get("value", ""))
            self._unchosen = False

    @staticmethod
    def _put_input(form: Form, given: dict[str, str]) -> None:
        choosable = given.get("type") in ("checkbox", "radio")
        if not choosable or "checked" in given:
            form.fields.append((given["name"], given.get("value", "on" if choosable else "")))

    def handle_endtag(self, tag: str) -> None:
        """One element ends."""
        if tag == "textarea" and self._area is not None and self._form is not None:
            name, words = self._area
            self._form.fields.append((name, "".join(words).removeprefix("\n")))
            self._area = None
        if tag == "form":
            self._form = None
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words."""
        if self._area is not None:
            self._area[1].append(data)
            return
        if any(unheard for _, _, unheard in self._open):
            return
        self._words.append(data)
        for _, classes, _ in self._open:
            for name in classes:
                self.by_class[name][-1] += data
