"""A pack as somebody hands it in: sound ones opened and kept, hostile ones refused."""

from __future__ import annotations

import io
import os
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from bot.packs.known import find_packs
from bot.packs.parcel import examine, frame, unpacked, verdict_of
from bot.packs.shelf import Shelf
from bot.service.bounded import run_bounded
from tests.builders import pack_toml, step_toml

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PICTURE = step_toml("picture", "map", 'file = "map.png"', 'description.en = "D"')
DINNER = pack_toml(step_toml("group", "agree", length="10 min"), step_toml("plenary", "bye"))


def zipped(files: dict[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def refusal(name: str, data: bytes) -> list[str]:
    verdict = verdict_of(examine(frame(name, data)))
    return [problem.sentence for problem in verdict.problems]


# ------------------------------------------------------------------ hostile files


def bomb() -> bytes:
    """Ten members of ten megabytes that are nothing but zeros."""
    files: dict[str, bytes | str] = {f"{n}.png": b"\0" * 9_999_999 for n in range(10)}
    return zipped({"dinner.toml": DINNER, **files})


def lying_bomb() -> bytes:
    """A member that says it is small, and is not."""
    data = zipped({"dinner.toml": pack_toml(PICTURE), "map.png": PNG + b"\0" * 40_000_000})
    true = struct.pack("<L", len(PNG) + 40_000_000)
    return data.replace(true, struct.pack("<L", 100))


def linked() -> bytes:
    info = zipfile.ZipInfo("map.png")
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("dinner.toml", pack_toml(PICTURE))
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr("dinner.toml", DINNER)
        archive.writestr("Dinner.toml", DINNER)
    return buffer.getvalue()


def locked() -> bytes:
    """The flag that says a member is encrypted, in both places where it stands."""
    data = bytearray(zipped({"dinner.toml": DINNER}))
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


LEADS_OUT = "in the ZIP leads out of its folder; that is not allowed"


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        pytest.param(
            "a.toml",
            b"#" * 1_000_001,
            "the file is larger than 1 MB; a pack is text alone",
            id="a long text",
        ),
        pytest.param(
            "a.toml", b"\x7fELF\xff", "the file is not text; save it as UTF-8", id="a program"
        ),
        pytest.param(
            "a.toml",
            DINNER.encode("utf-16"),
            "the file is not text; save it as UTF-8",
            id="another encoding",
        ),
        pytest.param(
            "a.toml",
            b"a = " + b"[" * 400_000,
            "line 1: this is nested more than 12 levels deep; a pack needs six",
            id="deep",
        ),
        pytest.param(
            "a.zip", b"PK\x03\x04 nonsense", "the file is no whole ZIP; make it anew", id="no zip"
        ),
        pytest.param(
            "a.zip",
            zipped({"dinner.toml": DINNER})[:-30],
            "the file is no whole ZIP; make it anew",
            id="half a zip",
        ),
        pytest.param(
            "a.zip",
            bomb(),
            "the files of this pack are larger than 30 MB together; make them smaller",
            id="a bomb",
        ),
        pytest.param(
            "a.zip", lying_bomb(), "the file is no whole ZIP; make it anew", id="a lying bomb"
        ),
        pytest.param(
            "a.zip",
            zipped({"../a.toml": DINNER}),
            f"../a.toml {LEADS_OUT}",
            id="a path that climbs",
        ),
        pytest.param(
            "a.zip", zipped({"/etc/a.toml": DINNER}), f"/etc/a.toml {LEADS_OUT}", id="from the root"
        ),
        pytest.param(
            "a.zip",
            zipped({"..\\a.toml": DINNER}),
            f"..\\a.toml {LEADS_OUT}",
            id="a path of Windows",
        ),
        pytest.param(
            "a.zip",
            linked(),
            "map.png in the ZIP is a link and no file; put the file itself in",
            id="a link",
        ),
        pytest.param(
            "a.zip",
            locked(),
            "the ZIP is locked with a password; make it without one",
            id="a password",
        ),
        pytest.param(
            "a.zip",
            twice(),
            "Dinner.toml is in the ZIP twice; keep one of them",
            id="the same name twice",
        ),
        pytest.param(
            "a.zip",
            zipped({"dinner.toml": DINNER}, method=zipfile.ZIP_LZMA),
            "the ZIP is packed in a way that I do not read; make it with the usual settings",
            id="packed oddly",
        ),
        pytest.param(
            "a.zip",
            zipped({"a.toml": DINNER, "b.toml": DINNER}),
            "there are 2 .toml files in the ZIP; put exactly one in, and its files beside it",
            id="two packs",
        ),
        pytest.param(
            "a.zip",
            zipped({"a.toml": DINNER, "x/map.png": PNG}),
            "the files in the ZIP lie in several folders; put all into one",
            id="folders",
        ),
        pytest.param(
            "a.zip",
            zipped({f"{n}.png": b"" for n in range(201)}),
            "there are 201 files in the ZIP and may be 200; put in only what the pack needs",
            id="very many files",
        ),
        pytest.param(
            "dinner.toml",
            pack_toml(PICTURE).encode(),
            "line 8: there is no file map.png beside the pack; put it there",
            id="a picture left at home",
        ),
        pytest.param(
            "a.zip",
            zipped({"dinner.toml": pack_toml(PICTURE), "map.png": b"MZ\x90\0"}),
            "line 8: the file map.png is not what its name says (image/png); save it anew from the"
            " program that made it",
            id="a program that calls itself a picture",
        ),
    ],
)
def test_what_is_refused(name: str, data: bytes, expected: str) -> None:
    assert refusal(name, data) == [expected]


async def test_a_million_keys_meet_the_bound_or_are_refused() -> None:
    source = "\n".join(f"k{n:x}=1" for n in range(110_000))

    answer = await run_bounded(
        "bot.packs.parcel:examine",
        frame("a.toml", source[:999_000].encode()),
        seconds=30,
        megabytes=300,
    )

    assert verdict_of(answer).problems != ()


async def test_the_child_looks_at_a_pack_as_the_bot_would() -> None:
    answer = await run_bounded(
        "bot.packs.parcel:examine", frame("dinner.toml", b"x = "), seconds=10, megabytes=300
    )

    assert verdict_of(answer) == verdict_of(examine(frame("dinner.toml", b"x = ")))


def test_a_version_is_whole_or_not_there(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)

    def breaks_off() -> object:
        yield "map.png", PNG
        raise OSError(os.strerror(28))

    with pytest.raises(OSError, match="space"):
        shelf.keep("dinner", DINNER, breaks_off())  # type: ignore[arg-type]  # it never ends well

    assert shelf.versions("dinner") == ()
    assert list((tmp_path / "dinner").glob("*")) == []


def test_versions_are_kept_and_one_is_current(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    longer = DINNER.replace("10 min", "15 min")

    assert [shelf.keep("dinner", source, ()) for source in (DINNER, longer)] == [1, 2]
    assert "dinner" not in {file.name for file in find_packs([tmp_path])}
    shelf.take("dinner", 2)
    assert {file.name: file for file in find_packs([tmp_path])}["dinner"].source() == longer
    shelf.take("dinner", 1)
    assert {file.name: file for file in find_packs([tmp_path])}["dinner"].source() == DINNER


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("dinner.toml", DINNER.encode(), id="a text"),
        pytest.param("any.zip", zipped({"dinner.toml": DINNER}), id="in a zip"),
        pytest.param("any.ZIP", zipped({"x/dinner.toml": DINNER}), id="in a folder of a zip"),
        pytest.param(
            "any.zip",
            zipped({"dinner.toml": DINNER, "__MACOSX/._dinner.toml": "x", ".DS_Store": "x"}),
            id="as macOS packs it",
        ),
    ],
)
def test_sound_parcels(name: str, data: bytes) -> None:
    verdict = verdict_of(examine(frame(name, data)))

    assert (verdict.name, verdict.problems) == ("dinner", ())
    assert unpacked(name, data).source == DINNER


def test_the_pictures_of_a_parcel() -> None:
    data = zipped({"dinner.toml": pack_toml(PICTURE), "map.png": PNG, "notes.txt": "x"})

    assert refusal("a.zip", data) == []
    assert dict(unpacked("a.zip", data).all_media()) == {"map.png": PNG}
