"""Makes the two IDX files of the 8x8 digits beside this script.

    python make_digits.py

Needs scikit-learn, whose `load_digits` holds the data. The result is the same byte for byte at every run: the gzip
header carries no time and no file name. (Another version of zlib may pack the same content differently.)

IDX, as MNIST is kept: a magic number of 0, 0, 8 (unsigned bytes) and the number of dimensions, then each dimension as
a big-endian 32-bit number, then the values, the last dimension the fastest.
"""

import gzip
import struct
from pathlib import Path

from sklearn.datasets import load_digits


def write_idx(path, values):
    """Writes an array of whole numbers in 0..255 as a gzip'd IDX file."""
    assert values.min() >= 0 and values.max() <= 255 and (values == values.astype("uint8")).all()
    header = struct.pack(f">4B{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    with open(path, "wb") as file:
        # Not gzip.compress, whose header differs from one version of Python to the next.
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed:
            packed.write(header + values.astype("uint8").tobytes())


folder = Path(__file__).parent
digits = load_digits()
assert digits.images.shape == (1797, 8, 8) and digits.images.max() == 16
write_idx(folder / "digits-images-idx3-ubyte.gz", digits.images)
write_idx(folder / "digits-labels-idx1-ubyte.gz", digits.target)
