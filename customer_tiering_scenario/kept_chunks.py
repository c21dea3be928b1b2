"""What was read of a programme's customers, kept in files for a while: all workers of a server find
it there, and none has more than a chunk of it in memory.

A file is named after everything that its content depends on, so that it is right or not found.
Only numbers are kept, in a folder beside the file store that nobody else may open.
"""

import hashlib
import logging
import os
import tempfile
import time
from pathlib import Path
from zipfile import BadZipFile

from odoo.tools import config

_logger = logging.getLogger(__name__)

# For how long, in seconds: products' costs, say, change without leaving a mark.
LASTING = 900
# Frames of ``workings.Chunk``, and of the facts in it.
FRAMES = ("previous", "now", "money")
FACT_FRAMES = ("orders", "lines", "given", "given_last", "payments")
FACT_ARRAYS = ("customers", "entry", "since")
INDEX = "index:"


def folder(dbname):
    name = hashlib.sha256(dbname.encode()).hexdigest()[:32]
    return Path(config["data_dir"]) / "customer_tiering" / name


def path(dbname, key):
    """The file of what depends on a key.

    :param key: anything with a ``repr`` that tells all of it
    """
    return folder(dbname) / f"{hashlib.sha256(repr(key).encode()).hexdigest()}.npz"


def load(file):
    """What :func:`save` was given: ``(high, more, arrays)``, None where there is none, or it is too
    old."""
    import numpy as np

    try:
        if time.time() - file.stat().st_mtime > LASTING:
            return None
        with np.load(file, allow_pickle=False) as found:
            arrays = dict(found)
        high, more = arrays.pop("step").tolist()
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return high, bool(more), arrays


def save(file, high, more, arrays):
    """Keep one chunk; where that cannot be, it is read again the next time.

    :param arrays: dict of names and arrays of numbers
    """
    import numpy as np

    if any(array.dtype.hasobject for array in arrays.values()):
        return
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        forget_old(file.parent)
        handle, temporary = tempfile.mkstemp(dir=file.parent, suffix=".part")
        with os.fdopen(handle, "wb") as target:
            np.savez(target, step=np.array([high, more], dtype=np.int64), **arrays)
        # Whoever loads it meanwhile finds all of it or nothing.
        os.replace(temporary, file)
    except OSError:
        _logger.warning("What was read for a scenario cannot be kept", exc_info=True)


def forget_old(where, lasting=LASTING):
    """Delete what was kept for longer than so many seconds."""
    for file in where.glob("*"):
        try:
            if time.time() - file.stat().st_mtime > lasting:
                file.unlink()
        except FileNotFoundError:
            # Somebody else was faster.
            continue


def forget(dbname):
    """Delete all that is kept of a database."""
    forget_old(folder(dbname), lasting=-1)


def flat(chunk):
    """A chunk as arrays by names.

    :param chunk: ``workings.Chunk``
    """
    found = {f"facts.{name}": getattr(chunk.facts, name, None) for name in FACT_ARRAYS}
    frames = {f"facts.{name}": getattr(chunk.facts, name, None) for name in FACT_FRAMES}
    frames |= {name: getattr(chunk, name) for name in FRAMES}
    for name, frame in frames.items():
        if frame is None:
            continue
        found[INDEX + name] = frame.index.to_numpy()
        found |= {f"{name}/{column}": frame[column].to_numpy() for column in frame}
    return {name: array for name, array in found.items() if array is not None}


def whole(arrays):
    """The chunk that :func:`flat` was given."""
    import pandas as pd

    from odoo.addons.customer_tiering.grading.metrics import Facts

    from .workings import Chunk

    frames = {}
    for name, index in arrays.items():
        if name.startswith(INDEX):
            name = name.removeprefix(INDEX)
            columns = {
                key.removeprefix(f"{name}/"): array
                for key, array in arrays.items()
                if key.startswith(f"{name}/")
            }
            frames[name] = pd.DataFrame(columns, index=index, copy=False)
    parts = {name: arrays.get(f"facts.{name}") for name in FACT_ARRAYS}
    parts |= {name: frames.get(f"facts.{name}") for name in FACT_FRAMES}
    facts = Facts(**parts) if parts["customers"] is not None else None
    return Chunk(facts, *(frames.get(name) for name in FRAMES))
