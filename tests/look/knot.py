"""Draws the mark: a Josephine knot (in Japan, awaji-musubi) of an indigo and a vermilion cord.

The two loops lie over each other. Over and under alternate along both cords, and the lower cord stops short of the
upper one, so that the mark needs no background. ``python -m tests.look.knot STRANDS SPREAD GAP`` prints its two paths.
"""

import math
import sys
from collections.abc import Iterator

STEPS = 1600
Point = tuple[float, float]
# The left cord, from its upper end through the loop on the right to its lower end; the other one is turned by half.
COURSE: tuple[Point, ...] = (
    (1.5, 12), (10, 13), (20.5, 18.5), (33, 31), (44.5, 44.5), (57.5, 53), (72, 47), (78, 32),
    (72, 17), (57.5, 11), (44.5, 19.5), (33, 33), (20.5, 45.5), (10, 51), (1.5, 52),
)  # fmt: skip


def cord(side: int, offset: float) -> list[Point]:
    """A cord from end to end; side -1 comes from the left. ``offset`` moves it sideways, for a second strand."""
    points: list[Point] = []
    for step in range(STEPS + 1):
        place = step / STEPS
        (x, y), (dx, dy) = spine(place), slope(place)
        size = math.hypot(dx, dy)
        points.append((48 - side * (x - 48 - offset * dy / size), 32 - side * (y - 32 + offset * dx / size)))
    return points


def spine(place: float) -> Point:
    """The middle line of the left cord, for a place from 0 to 1 (Catmull-Rom through its course)."""
    k, u = divmod(min(place, 1 - 1e-9) * (len(COURSE) - 1), 1)
    i = int(k)
    around = [COURSE[max(0, min(len(COURSE) - 1, i + d))] for d in (-1, 0, 1, 2)]
    weights = (-u + 2 * u**2 - u**3, 2 - 5 * u**2 + 3 * u**3, u + 4 * u**2 - 3 * u**3, -(u**2) + u**3)
    return (
        sum(w * p[0] for w, p in zip(weights, around, strict=True)) / 2,
        sum(w * p[1] for w, p in zip(weights, around, strict=True)) / 2,
    )


def slope(place: float) -> Point:
    """Where the middle line is heading."""
    (ax, ay), (bx, by) = spine(max(0.0, place - 0.01)), spine(min(1.0, place + 0.01))
    return bx - ax, by - ay


def crossings(a: list[Point], b: list[Point], same: bool) -> Iterator[tuple[int, int]]:
    """Pairs of steps at which two lines cross."""
    grid = 8
    for i in range(0, len(a) - grid, grid):
        start = i + 2 * grid if same else 0
        for j in range(start, len(b) - grid, grid):
            if cross(a[i], a[i + grid], b[j], b[j + grid]):
                yield i + grid // 2, j + grid // 2


def cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    """Whether two short lines cross."""

    def turn(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return turn(p, q, r) * turn(p, q, s) < 0 and turn(r, s, p) * turn(r, s, q) < 0


def gaps(side: int, width: float) -> list[tuple[int, int]]:
    """The stretches of a cord that are hidden: every second of its crossings, in order along it."""
    own, other = cord(side, 0), cord(-side, 0)
    passes = [(i, own[i]) for pair in crossings(own, own, True) for i in pair]
    passes += [(i, own[i]) for i, _ in crossings(own, other, False)]
    passes.sort()
    hidden: list[tuple[int, int]] = []
    for place, (step, point) in enumerate(passes):
        if place % 2 == 1:
            low = high = step
            while low > 0 and math.dist(own[low], point) < width:
                low -= 1
            while high < STEPS and math.dist(own[high], point) < width:
                high += 1
            hidden.append((low, high))
    return hidden


def path(side: int, offset: float, width: float) -> str:
    """The visible parts of one strand as SVG path data."""
    points = cord(side, offset)
    parts: list[str] = []
    start = 0
    for low, high in [*gaps(side, width), (STEPS, STEPS)]:
        if low - start > 4:
            parts.append(smooth(points[start : low + 1]))
        start = high
    return "".join(parts)


def smooth(points: list[Point]) -> str:
    """A few cubic curves through the points (Catmull-Rom)."""
    pieces = max(1, math.ceil(sum(map(math.dist, points, points[1:])) / 7))
    knots = [points[round(k * (len(points) - 1) / pieces)] for k in range(pieces + 1)]
    padded = [knots[0], *knots, knots[-1]]
    out = f"M{number(knots[0][0])} {number(knots[0][1])}"
    for k in range(1, len(padded) - 2):
        p0, p1, p2, p3 = padded[k - 1 : k + 3]
        c1 = (p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6)
        c2 = (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6)
        out += "C" + " ".join(number(value) for point in (c1, c2, p2) for value in point)
    return out


def number(value: float) -> str:
    """One decimal, no more."""
    return f"{value:.1f}".removesuffix(".0")


def main() -> None:
    """Print the paths of both cords."""
    strands, spread, width = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    offsets = [spread * (k - (strands - 1) / 2) for k in range(strands)]
    for name, side in (("indigo", -1), ("vermilion", 1)):
        print(name, "".join(path(side, offset, width) for offset in offsets))


if __name__ == "__main__":
    main()
