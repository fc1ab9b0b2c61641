"""The certificate must be for the name that was asked for, although the connection goes to a checked address."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kizuna.fetch.http import HttpFetch
from kizuna.fetch.port import FetchFailed, FetchRefused, Request
from tests.fetch.wire import Names, ok, redirect, serving

NAMES = Names(partner_test=["127.0.0.1"], other_test=["127.0.0.1"])


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for a name, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return file


def served(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_the_name_is_verified_and_sent_as_sni(tmp_path: Path) -> None:
    async def go() -> None:
        file = certificate(tmp_path, "partner.test")
        context = served(file)
        seen: list[str | None] = []

        def note(connection: ssl.SSLObject, name: str | None, of: ssl.SSLContext) -> None:
            del connection, of
            seen.append(name)

        context.sni_callback = note
        async with serving(ok(b"sealed"), context) as wire:
            allow = [f"partner.test:{wire.port}", f"other.test:{wire.port}"]
            async with HttpFetch("Kizuna", allow, NAMES, ssl.create_default_context(cafile=file)) as fetch:
                answer = await fetch.send(Request("GET", f"https://partner.test:{wire.port}/"))
                assert answer.body == b"sealed"
                with pytest.raises(FetchFailed):
                    await fetch.send(Request("POST", f"https://other.test:{wire.port}/"))
        assert seen == ["partner.test", "other.test"]

    asyncio.run(go())


def test_an_unknown_certificate_is_a_sure_failure(tmp_path: Path) -> None:
    async def go() -> None:
        tls = served(certificate(tmp_path, "partner.test"))
        async with (
            serving(ok(b""), tls) as wire,
            HttpFetch("Kizuna", [f"partner.test:{wire.port}"], NAMES) as fetch,
        ):
            with pytest.raises(FetchFailed):
                await fetch.send(Request("POST", f"https://partner.test:{wire.port}/"))

    asyncio.run(go())


def test_a_redirect_from_https_to_http_is_refused(tmp_path: Path) -> None:
    async def go() -> None:
        file = certificate(tmp_path, "partner.test")
        async with serving(ok(b"open")) as plain:
            there = redirect(f"http://other.test:{plain.port}/")
            async with serving(there, served(file)) as wire:
                allow = [f"partner.test:{wire.port}", f"other.test:{plain.port}"]
                async with HttpFetch(
                    "Kizuna", allow, NAMES, ssl.create_default_context(cafile=file)
                ) as fetch:
                    with pytest.raises(FetchRefused):
                        await fetch.send(Request("GET", f"https://partner.test:{wire.port}/"))
            assert plain.heads == []

    asyncio.run(go())
