"""The maps of benches/maps.rs in MiniSom and Somoclu, on the same digits.

    cargo bench --bench maps -- --test > ours.txt
    python benches/peers/maps.py

A map of 20x20 nodes on the 1797 digits: object by object, 17,970 steps, as MiniSom trains it; and ten batch epochs, as
Somoclu does. Printed are the least and the median of several trainings in milliseconds, and the quantization error. A
package that is not installed is passed over by name.
"""

import gzip
import os
import pathlib
import sys
import time

os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402

DIGITS = pathlib.Path(__file__).parents[2] / "data" / "digits"
EPOCHS, SIDE = 10, 20


def digits():
    """1797 x 64, values 0 to 1."""
    with gzip.open(DIGITS / "digits-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(), np.uint8, offset=16)
    return pixels.reshape(-1, 64) / pixels.max()


def quantization_error(x, centres):
    squares = (x**2).sum(1)[:, None] - 2 * x @ centres.T + (centres**2).sum(1)
    return np.sqrt(np.maximum(squares, 0).min(1)).mean()


def minisom(x):
    from minisom import MiniSom

    def train():
        som = MiniSom(SIDE, SIDE, x.shape[1], sigma=10, learning_rate=0.5, random_seed=0)
        som.random_weights_init(x)
        start = time.perf_counter()
        som.train(x, EPOCHS * len(x))
        return time.perf_counter() - start, som.get_weights().reshape(SIDE * SIDE, -1)

    return f"MiniSom, object by object, {EPOCHS * len(x)} steps", train


def somoclu(x):
    from somoclu import Somoclu

    x = x.astype(np.float32)

    def train():
        som = Somoclu(SIDE, SIDE, compactsupport=False, verbose=0)
        start = time.perf_counter()
        som.train(x, epochs=EPOCHS, radius0=10, radiusN=1)
        return time.perf_counter() - start, som.codebook.reshape(SIDE * SIDE, -1)

    return f"Somoclu, {EPOCHS} batch epochs", train


def main():
    x = digits()
    for package in (minisom, somoclu):
        try:
            name, train = package(x)
        except ImportError as error:
            print(f"{package.__name__} is passed over: {error}", file=sys.stderr)
            continue
        trained = [train() for _ in range(3)]
        times = sorted(seconds * 1e3 for seconds, _ in trained)
        error = quantization_error(x, trained[0][1])
        print(f"{name:<44} {times[0]:8.1f} least {times[1]:8.1f} median ms, quantization error {error:.4f}")


if __name__ == "__main__":
    main()
