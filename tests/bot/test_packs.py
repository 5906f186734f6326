"""Packs on disk: their files, and what is wrong with those."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.packs.known import PackFile, find_packs
from bot.packs.media import MAX_FILE_BYTES, MAX_TOGETHER_BYTES, media_names, mime_of
from flows.errors import PackError
from tests.builders import pack_toml, step_toml

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SIGNATURES = {
    "a.png": PNG,
    "a.jpg": b"\xff\xd8\xff\xe0" + b"\0" * 9,
    "a.JPEG": b"\xff\xd8\xff\xdb" + b"\0" * 9,
    "a.gif": b"GIF89a" + b"\0" * 9,
    "a.webp": b"RIFF\x10\0\0\0WEBPVP8 ",
    "a.pdf": b"%PDF-1.7\n",
}


def picture(name: str, step_id: str = "map") -> str:
    return step_toml("picture", step_id, f'file = "{name}"', 'description.en = "D"')


def kept(folder: Path, *steps: str, **files: bytes) -> PackFile:
    (folder / "lunch.toml").write_text(pack_toml(*steps), "utf-8")
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)
    return PackFile(path=folder / "lunch.toml")


def problems(file: PackFile) -> list[str]:
    with pytest.raises(PackError) as caught:
        file.check()
    return [problem.sentence for problem in caught.value.problems]


@pytest.mark.parametrize("name", SIGNATURES)
def test_each_kind_of_file(tmp_path: Path, name: str) -> None:
    background = step_toml("background", "map", f'file = "{name}"', 'description.en = "D"')
    file = kept(tmp_path, background)
    (tmp_path / name).write_bytes(SIGNATURES[name])

    assert media_names(file.check()) == (name,)
    assert file.media(name) == SIGNATURES[name]
    assert mime_of(name).split("/")[0] in {"image", "application"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            None, "line 8: there is no file a.png beside the pack; put it there", id="not there"
        ),
        pytest.param(b"", "line 8: the file a.png is empty", id="empty"),
        pytest.param(
            b"MZ\x90\0",
            "line 8: the file a.png is not what its name says (image/png); save it anew from the"
            " program that made it",
            id="a program",
        ),
        pytest.param(
            PNG + b"\0" * MAX_FILE_BYTES,
            "line 8: the file a.png is larger than 10 MB; make it smaller",
            id="too large",
        ),
    ],
)
def test_what_is_wrong_with_a_file(tmp_path: Path, data: bytes | None, expected: str) -> None:
    file = kept(tmp_path, picture("a.png"))
    if data is not None:
        (tmp_path / "a.png").write_bytes(data)

    assert problems(file) == [expected]
    with pytest.raises(PackError) as caught:
        file.media("a.png")
    assert [problem.sentence for problem in caught.value.problems] == [
        expected.removeprefix("line 8: ")
    ]


def test_together_they_may_be_too_large(tmp_path: Path) -> None:
    count = MAX_TOGETHER_BYTES // MAX_FILE_BYTES + 1
    file = kept(tmp_path, *(picture(f"{n}.png", f"s{n}") for n in range(count)))
    for n in range(count):
        (tmp_path / f"{n}.png").write_bytes(PNG.ljust(MAX_FILE_BYTES, b"\0"))

    assert problems(file) == [
        "the files of this pack are larger than 30 MB together; make them smaller"
    ]


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "packs"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (folder / "a.png").symlink_to(tmp_path / "secret.png")
    file = kept(folder, picture("a.png"))

    assert problems(file) == ["line 8: there is no file a.png beside the pack; put it there"]
    with pytest.raises(PackError):
        file.media("../secret.png")


def test_the_operators_pack_goes_before_the_one_that_ships(tmp_path: Path) -> None:
    (tmp_path / "example.toml").write_text(pack_toml(step_toml("background")), "utf-8")

    found = {file.name: file for file in find_packs([tmp_path])}

    assert found["example"].path == tmp_path / "example.toml"
    assert found["grums"].is_shipped
