"""What a file is by what it begins with, and what is taken."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.files import TAKES, named_after, obstacle, recognise, shown_in_place, tidy_name
from gateway.messages import Channel


def office(*names: str, first: tuple[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as whole:
        if first is not None:
            whole.writestr(zipfile.ZipInfo(first[0]), first[1])
        for name in names:
            whole.writestr(name, "<x/>" * 50)
    return out.getvalue()


def box(brand: bytes, *more: bytes) -> bytes:
    body = b"ftyp" + brand + b"\0\0\0\0" + b"".join(more)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0" * 64


OPEN = "[Content_Types].xml"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODT = "application/vnd.oasis.opendocument.text"
KNOWN = [
    (b"\x89PNG\r\n\x1a\n" + b"\0" * 20, "image", "image/png"),
    (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image", "image/jpeg"),
    (b"GIF89a" + b"\0" * 20, "image", "image/gif"),
    (b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 20, "image", "image/webp"),
    (box(b"heic", b"mif1"), "image", "image/heic"),
    (box(b"isom", b"isom", b"mp41"), "video", "video/mp4"),
    (box(b"mp42", b"mp42"), "video", "video/mp4"),
    (box(b"qt  ", b"qt  "), "video", "video/quicktime"),
    (box(b"M4A ", b"mp42"), "audio", "audio/mp4"),
    (b"\x1a\x45\xdf\xa3" + b"\x42\x82\x84webm" + b"\0" * 20, "video", "video/webm"),
    (b"OggS" + b"\0" * 20, "audio", "audio/ogg"),
    (b"ID3\x04" + b"\0" * 20, "audio", "audio/mpeg"),
    (b"RIFF\0\0\0\0WAVEfmt " + b"\0" * 20, "audio", "audio/wav"),
    (b"#!AMR\n" + b"\0" * 20, "audio", "audio/amr"),
    (b"%PDF-1.7\n", "document", "application/pdf"),
    (office(OPEN, "word/document.xml"), "document", DOCX),
    (office("xl/workbook.xml", OPEN), "document", XLSX),
    (office("content.xml", first=("mimetype", ODT)), "document", ODT),
    (b"Order 1, please.\nThank you", "document", "text/plain"),
    ("Grüße".encode("utf-16"), "document", "text/plain"),
    (b"BEGIN:VCARD\nFN:Ines\nEND:VCARD", "document", "text/vcard"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "kind", "mime"), KNOWN)
def test_what_is_on_the_list_is_known(content: bytes, kind: str, mime: str) -> None:
    found = recognise(content)
    assert found is not None
    assert (found.kind, found.mime) == (kind, mime)


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"<!DOCTYPE html>", b"  <svg ", b"<?xml version", b"<SCRIPT>", b"#!/bin/sh", b"MZ\x90\0",
     b"\x7fELF\x02\x01", b"\x1f\x8b\x08\0", b"Rar!\x1a\x07\0", b"\xca\xfe\xba\xbe\0\0\0\x34", b"{\\rtf1",
     b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"text\0with a hole", office("a.txt"), office(OPEN),
     office(OPEN, "word/document.xml", "word/vbaProject.bin"), b"\n" * 5_000 + b"<html><script>"],
)  # fmt: skip
def test_what_is_not_is_not_taken(content: bytes) -> None:
    assert recognise(content) is None
    assert recognise(content, "image", "a.png") is None


def test_the_platforms_word_tells_voice_from_music_and_sound_from_video() -> None:
    ogg, mp4 = b"OggS" + b"\0" * 20, box(b"isom", b"isom")
    assert (recognise(ogg, "voice") or pytest.fail("not known")).kind == "voice"
    assert (recognise(ogg, "document") or pytest.fail("not known")).kind == "audio"
    assert (recognise(mp4, "audio") or pytest.fail("not known")).mime == "audio/mp4"
    assert (recognise(mp4, "image") or pytest.fail("not known")).kind == "video"
    assert (recognise(b"a,b", "", "x.CSV") or pytest.fail("not known")).mime == "text/csv"


@given(st.binary(max_size=400))
def test_whatever_comes_is_known_or_not_and_nothing_that_runs_is_shown_in_place(content: bytes) -> None:
    found = recognise(content)
    if found is not None and found.kind == "document":
        assert not shown_in_place(found.mime)


@pytest.mark.parametrize("mime", ["image/svg+xml", "text/html", "application/pdf", "image/heic", "text/plain", ""])
def test_what_could_run_is_never_shown_in_place(mime: str) -> None:
    assert not shown_in_place(mime)


@pytest.mark.parametrize(
    ("name", "tidy"),
    [("a.png", "a.png"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.pdf", "y.pdf"), ("in\u202egnp.exe", "in_gnp.exe"),
     ("", "file.bin"), ("...", "file.bin"), ('a"b\r\nc.png', "a_b_c.png"), ("ü ß.png", "ü ß.png")],
)  # fmt: skip
def test_a_name_is_only_a_name(name: str, tidy: str) -> None:
    assert tidy_name(name) == tidy


@pytest.mark.parametrize(
    ("name", "mime", "tidy"),
    [
        *((f"x.{runs}", "text/plain", f"x.{runs}.txt") for runs in ("bat", "vbs", "ps1", "url", "desktop", "html")),
        *((f"x.{runs}", "image/png", f"x.{runs}.png") for runs in ("html", "svg", "exe", "PNG.lnk")),
        ("", "image/png", "file.png"), ("x", "application/pdf", "x.pdf"),
        ("x.JPEG", "image/jpeg", "x.JPEG"), ("notes.md", "text/plain", "notes.md"),
        ("x.csv", "text/plain", "x.csv.txt"), ("x.docx", DOCX, "x.docx"), ("x.docm", DOCX, "x.docm.docx"),
        ("x.odt", ODT, "x.odt"), ("x.bat", "", "x.bat"), ("x.exe", "application/of-an-office", "x.exe.bin"),
    ],
)  # fmt: skip
def test_a_file_is_handed_out_under_a_name_that_ends_as_what_it_is(name: str, mime: str, tidy: str) -> None:
    assert tidy_name(name, mime) == tidy
    assert tidy_name(tidy, mime) == tidy


@given(st.text(max_size=500))
def test_no_name_is_empty_long_or_leads_elsewhere(name: str) -> None:
    tidy = tidy_name(name)
    assert 0 < len(tidy) <= 130
    assert not set(tidy) & set('/\\\r\n"\0')


def test_each_channel_says_what_it_takes() -> None:
    assert obstacle(Channel.TWITTER, "document", 10) == "X takes no documents here."
    assert "20 MB" in (obstacle(Channel.TELEGRAM, "image", 20_000_001) or "")
    for channel in Channel:
        assert obstacle(channel, "video", TAKES[channel].largest) is None
    assert "5 MB" in (obstacle(Channel.TWITTER, "image", 5_000_001) or "")


@pytest.mark.parametrize(
    ("made_up", "mime", "shown"),
    [
        ("file_4.bin", "application/pdf", "file_4.pdf"),
        ("file_4", "application/pdf", "file_4.pdf"),
        ("file_1.jpeg", "image/jpeg", "file_1.jpeg"),
        ("file_5.bin", "application/of-an-office", "file_5.bin"),
        ("", "application/pdf", ""),
    ],
)
def test_a_name_that_a_platform_made_up_ends_as_what_the_file_is(made_up: str, mime: str, shown: str) -> None:
    assert named_after(mime, made_up) == shown
