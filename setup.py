"""The one build step that pyproject.toml cannot say: compile the gettext catalogues."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import setup
from setuptools.command.build_py import build_py

LOCALE = Path(__file__).parent / "bot" / "locale"


class BuildWithCatalogues(build_py):
    """Compiles beside the sources, where package data and an editable install look."""

    def run(self) -> None:
        """Compile every catalogue, then build as usual."""
        for source in sorted(LOCALE.glob("*/LC_MESSAGES/runda.po")):
            with source.open("rb") as text, source.with_suffix(".mo").open("wb") as compiled:
                write_mo(compiled, read_po(text))
        super().run()


setup(cmdclass={"build_py": BuildWithCatalogues})
