"""Which tests `./dev test` runs in which database."""

from pathlib import Path

from tools.devtool import tests
from tools.devtool.paths import ADDON, ROOT, others


def chosen(*arguments):
    return {part.name: part for part in tests._chosen(list(arguments))}


def test_everything_once():
    """A test that no part holds is never run, one in two parts is counted twice."""
    for together in (False, True):
        parts = tests._divided(tests._all(together), 3)
        files = [Path(argument) for part in parts for argument in part.arguments]
        files = [file for f in files for file in ([f] if f.is_file() else f.rglob("test_*.py"))]
        wanted = {*ROOT.glob(f"*{ADDON}*/tests/test_*.py"), *(ROOT / "tests").rglob("test_*.py")}
        assert len(files) == len(wanted)
        assert set(files) == wanted
        assert len({part.name for part in parts}) == len(parts)


def test_core_is_alone():
    """The core addon leaned on another one, which installs itself beside it."""
    core = next(part for part in tests._all(False) if ADDON in part.modules)
    assert core.ours == (ADDON,)
    file = f"{ADDON}/tests/test_install.py"
    assert chosen(file)["core"].ours == (ADDON,)
    assert list(chosen(file)) == ["core"]


def test_named_addons_get_what_they_need_only():
    """A part ran beside the others only, and could not do without them."""
    queue = f"{ADDON}_queue_job"
    named = f"{queue}/tests/test_queue_job.py::TestJobs"
    parts = chosen(named, "tests/grading", "-x")
    assert parts["others"].modules == (queue,)
    assert parts["others"].ours == (ADDON, queue)
    assert parts["others"].arguments == (named, "-x")
    assert parts["pure"].arguments == ("tests/grading", "-x")


def test_options_alone_are_for_all():
    """`-k` found nothing, as no folder was given."""
    parts = chosen("-k", "something")
    assert set(parts) == {"pure", "core", "others"}
    assert parts["others"].arguments[-2:] == ("-k", "something")
    assert set(parts["others"].modules) == set(others())
