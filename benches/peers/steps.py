"""The training steps of benches/workloads.rs in PyTorch and JAX, timed beside ours.

    cargo bench --bench workloads -- --test > ours.txt
    python benches/peers/steps.py --threads 1 --ours ours.txt

Each workload has the same layers, batch, loss and optimiser as ours, data of the same shape, and batches that are cut
beforehand. A step is forward, backward and update; of each framework several ways to run it are tried, and the best
counts. Printed are medians and 10 % quantiles in microseconds, the mean loss of the last steps, so that one sees that
it learns, and, beside ours, the ratio. A framework that is not installed is passed over by name.
"""

import argparse
import os
import re
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--only", help="names of workloads, W1 to W7, with commas between")
parser.add_argument("--ours", help="what cargo bench --bench workloads printed")
arguments = parser.parse_args()

# before the frameworks look for processors
os.sched_setaffinity(0, set(sorted(os.sched_getaffinity(0))[: arguments.threads]))
for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = str(arguments.threads)

import numpy as np  # noqa: E402

random = np.random.default_rng(0)


def uniform(objects, features):
    return random.random((objects, features), dtype=np.float32)


def glorot(inputs, outputs):
    limit = (6 / (inputs + outputs)) ** 0.5
    return random.uniform(-limit, limit, (inputs, outputs)).astype(np.float32)


def layers(*widths):
    """Weights and zero biases, one after the other."""
    return [array for i, o in zip(widths, widths[1:]) for array in (glorot(i, o), np.zeros(o, np.float32))]


def batches(x, size):
    return [x[first : first + size] for first in range(0, len(x) - size + 1, size)]


IMAGES = uniform(2048, 784)
DIGITS = uniform(1792, 64)
POINTS = uniform(1024, 2)

# name: parameters (of the second player too), batches of x (and y), steps to warm up and to time
WORKLOADS = {
    "W1": ([layers(2, 16, 16, 1)], [batches(POINTS, 32), batches(uniform(1024, 1), 32)], (300, 3000)),
    "W2": ([layers(784, 256, 64, 256, 784)], [batches(IMAGES, 128)], (50, 300)),
    "W3": (
        [layers(784, 400) + layers(400, 20) + layers(400, 20) + layers(20, 400, 784)],
        [batches(IMAGES, 128)],
        (50, 300),
    ),
    "W4": ([layers(784, 1024, 256, 1024, 784)], [batches(IMAGES, 256)], (20, 100)),
    "W5": (
        [layers(784, 256) + [np.zeros(784, np.float32)]],
        [batches(IMAGES, 128)],
        (50, 300),
    ),
    "W6": ([layers(64, 32, 64)], [batches(DIGITS, 32)], (300, 3000)),
    "W7": ([layers(784, 128, 1), layers(64, 128, 784)], [batches(IMAGES, 64)], (50, 300)),
}
SGD = {"W1": 0.05, "W5": 0.5}


def timed(step, warm, count):
    """Microseconds of each of so many steps, and the mean loss of the last sixteen."""
    for _ in range(warm):
        step()
    times, losses = [], []
    for _ in range(count):
        start = time.perf_counter()
        loss = step()
        times.append(time.perf_counter() - start)
        losses.append(loss)
    return np.array(times) * 1e6, float(np.mean([float(loss) for loss in losses[-16:]]))


def in_jax():
    """name -> the ways to run a step, each as (name, step, steps in a call)."""
    import jax
    import jax.numpy as jnp

    def dense(p, x):
        return x @ p[0] + p[1]

    def network(p, x, hidden, last):
        for i in range(0, len(p) - 2, 2):
            x = hidden(dense(p[i : i + 2], x))
        return last(dense(p[-2:], x))

    relu, sigmoid = jax.nn.relu, jax.nn.sigmoid
    identity = lambda x: x
    leaky = lambda x: jnp.where(x > 0, x, 0.2 * x)
    bce = lambda logits, y: jnp.maximum(logits, 0) - logits * y + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    autoencoder = lambda p, key, x: jnp.mean((network(p, x, relu, sigmoid) - x) ** 2)

    def variational(p, key, x):
        h = relu(dense(p[0:2], x))
        mean, log_variance = dense(p[2:4], h), dense(p[4:6], h)
        z = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape)
        kl = -0.5 * jnp.sum(1 + log_variance - mean**2 - jnp.exp(log_variance))
        return (jnp.sum(bce(network(p[6:], z, relu, identity), x)) + kl) / len(x)

    def contractive(p, key, x):
        w, b, c = p
        h = sigmoid(x @ w + b)
        y = sigmoid(h @ w.T + c)
        jacobian = jnp.mean(jnp.sum((h * (1 - h)) ** 2 * jnp.sum(w**2, axis=0), axis=1))
        return jnp.mean((y - x) ** 2) + 1e-4 * jacobian

    criteria = {
        "W1": lambda p, key, x, y: jnp.mean((network(p, x, jnp.tanh, identity) - y) ** 2),
        "W2": autoencoder,
        "W3": variational,
        "W4": autoencoder,
        "W5": contractive,
        "W6": autoencoder,
    }

    def adam(p, m, v, t, g, rate=1e-3, beta=(0.9, 0.999)):
        m = [beta[0] * m + (1 - beta[0]) * g for m, g in zip(m, g)]
        v = [beta[1] * v + (1 - beta[1]) * g * g for v, g in zip(v, g)]
        rate = rate * jnp.sqrt(1 - beta[1] ** t) / (1 - beta[0] ** t)
        return [p - rate * m / (jnp.sqrt(v) + 1e-8) for p, m, v in zip(p, m, v)], m, v

    def one(name):
        """(state, key, batch) -> (state, loss)"""
        if name == "W7":
            rate = dict(rate=2e-4, beta=(0.5, 0.999))
            draw = lambda key: jax.random.normal(key, (64, 64))
            generate = lambda g, key: network(g, draw(key), relu, sigmoid)
            judge = lambda d, x: network(d, x, leaky, identity)

            def step(state, key, x):
                (d, dm, dv), (g, gm, gv), t = state
                t = t + 1
                keys = jax.random.split(key)
                fake = generate(g, keys[0])
                of_d = lambda d: jnp.mean(bce(judge(d, x), 1.0)) + jnp.mean(bce(judge(d, fake), 0.0))
                loss, gradient = jax.value_and_grad(of_d)(d)
                d, dm, dv = adam(d, dm, dv, t, gradient, **rate)
                of_g = lambda g: jnp.mean(bce(judge(d, generate(g, keys[1])), 1.0))
                g, gm, gv = adam(g, gm, gv, t, jax.grad(of_g)(g), **rate)
                return ((d, dm, dv), (g, gm, gv), t), loss

            return step
        criterion = criteria[name]

        def step(state, key, *batch):
            (p, m, v), t = state
            t = t + 1
            loss, g = jax.value_and_grad(criterion)(p, key, *batch)
            if name in SGD:
                return (([p - SGD[name] * g for p, g in zip(p, g)], m, v), t), loss
            return (adam(p, m, v, t, g), t), loss

        return step

    def ways(name):
        parameters, data, _ = WORKLOADS[name]
        step = one(name)
        with_moments = [
            (list(map(jnp.array, p)), [jnp.zeros_like(q) for q in p], [jnp.zeros_like(q) for q in p])
            for p in parameters
        ]
        begin = lambda: (*jax.tree.map(lambda array: array.copy(), with_moments), jnp.float32(0))
        stacked = [jnp.stack(part) for part in data]
        cut = list(zip(*[list(map(jnp.array, part)) for part in data]))
        key = jax.random.key(0)

        state, counted = [begin()], [0]
        call = jax.jit(lambda state, number, *batch: step(state, jax.random.fold_in(key, number), *batch), donate_argnums=0)

        def by_call():
            state[0], loss = call(state[0], counted[0], *cut[counted[0] % len(cut)])
            counted[0] += 1
            return loss.block_until_ready()

        def epoch(state, number):
            keys = jax.random.split(jax.random.fold_in(key, number), len(cut))
            return jax.lax.scan(lambda state, one: step(state, one[0], *one[1]), state, (keys, stacked))

        scan = jax.jit(epoch, donate_argnums=0)
        scanned = [begin(), 0]

        def by_scan():
            scanned[0], losses = scan(scanned[0], scanned[1])
            scanned[1] += 1
            return losses.block_until_ready()[-1]

        return [("call", by_call, 1), ("scan", by_scan, len(cut))]

    return ways


def in_torch():
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(arguments.threads)

    def network(p, x, hidden, last):
        for i in range(0, len(p) - 2, 2):
            x = hidden(torch.addmm(p[i + 1], x, p[i]))
        return last(torch.addmm(p[-1], x, p[-2]))

    identity = lambda x: x
    leaky = lambda x: F.leaky_relu(x, 0.2)
    bce = F.binary_cross_entropy_with_logits
    autoencoder = lambda p, x: F.mse_loss(network(p, x, torch.relu, torch.sigmoid), x)

    def variational(p, x):
        h = torch.relu(torch.addmm(p[1], x, p[0]))
        mean, log_variance = torch.addmm(p[3], h, p[2]), torch.addmm(p[5], h, p[4])
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        kl = -0.5 * torch.sum(1 + log_variance - mean**2 - torch.exp(log_variance))
        return (bce(network(p[6:], z, torch.relu, identity), x, reduction="sum") + kl) / len(x)

    def contractive(p, x):
        w, b, c = p
        h = torch.sigmoid(torch.addmm(b, x, w))
        y = torch.sigmoid(torch.addmm(c, h, w.t()))
        jacobian = torch.mean(torch.sum((h * (1 - h)) ** 2 * torch.sum(w**2, dim=0), dim=1))
        return F.mse_loss(y, x) + 1e-4 * jacobian

    criteria = {
        "W1": lambda p, x, y: F.mse_loss(network(p, x, torch.tanh, identity), y),
        "W2": autoencoder,
        "W3": variational,
        "W4": autoencoder,
        "W5": contractive,
        "W6": autoencoder,
    }

    def optimiser(name, p, fused):
        if name in SGD:
            return torch.optim.SGD(p, lr=SGD[name], fused=fused)
        rate = dict(lr=2e-4, betas=(0.5, 0.999)) if name == "W7" else dict(lr=1e-3)
        return torch.optim.Adam(p, fused=fused, **rate)

    def step_of(name, fused, compiled):
        parameters, data, _ = WORKLOADS[name]
        players = [[torch.tensor(array, requires_grad=True) for array in p] for p in parameters]
        optimisers = [optimiser(name, p, fused) for p in players]
        cut = list(zip(*[list(map(torch.tensor, part)) for part in data]))
        counted = [0]

        def update(player, loss):
            optimisers[player].zero_grad(set_to_none=True)
            loss.backward(inputs=players[player])
            optimisers[player].step()

        if name == "W7":
            d, g = players
            ones, zeros = torch.ones(64, 1), torch.zeros(64, 1)
            generate = lambda: network(g, torch.randn(64, 64), torch.relu, torch.sigmoid)
            judge = lambda x: network(d, x, leaky, identity)
            of_d = lambda x, fake: bce(judge(x), ones) + bce(judge(fake), zeros)
            of_g = lambda: bce(judge(generate()), ones)
            if compiled:
                of_d, of_g = torch.compile(of_d), torch.compile(of_g)

            def step():
                (x,) = cut[counted[0] % len(cut)]
                counted[0] += 1
                with torch.no_grad():
                    fake = generate()
                loss = of_d(x, fake)
                update(0, loss)
                update(1, of_g())
                return loss.detach()

            return step
        criterion = torch.compile(criteria[name]) if compiled else criteria[name]

        def step():
            loss = criterion(players[0], *cut[counted[0] % len(cut)])
            counted[0] += 1
            update(0, loss)
            return loss.detach()

        return step

    def ways(name):
        return [
            (way, step_of(name, fused, compiled), 1)
            for way, fused, compiled in [("eager", False, False), ("fused", True, False), ("compiled", True, True)]
        ]

    return ways


def ours():
    """name -> microseconds of a step at so many threads, median and 10 % quantile."""
    if arguments.ours is None:
        return {}
    line = re.compile(r"(W\d) .* (\d+) threads\s+step\s+([\d.]+)\s+([\d.]+)")
    found = (line.match(text) for text in open(arguments.ours))
    found = (match.groups() for match in found if match)
    return {name: (float(a), float(b)) for name, threads, a, b in found if int(threads) == arguments.threads}


def main():
    frameworks = {}
    for name, load in [("JAX", in_jax), ("PyTorch", in_torch)]:
        try:
            frameworks[name] = load()
        except ImportError as error:
            print(f"{name} is passed over: {error}", file=sys.stderr)
    own = ours()
    print(f"{arguments.threads} threads; microseconds a step, median and 10 % quantile")
    for workload, (_, _, (warm, count)) in WORKLOADS.items():
        if arguments.only and workload not in arguments.only.split(","):
            continue
        row = {}
        for framework, ways in frameworks.items():
            for way, step, steps in ways(workload):
                try:
                    times, loss = timed(step, max(warm // steps, 2), max(count // steps, 8))
                except Exception as error:  # a way that this machine has not, such as no compiler
                    print(f"{workload} {framework} {way} is passed over: {str(error)[:100]!r}", file=sys.stderr)
                    continue
                times /= steps
                figures = (float(np.median(times)), float(np.quantile(times, 0.1)), way, loss)
                if framework not in row or figures[0] < row[framework][0]:
                    row[framework] = figures
        text = [f"{name} {m:9.1f} {q:9.1f} ({way}, loss {loss:.4g})" for name, (m, q, way, loss) in row.items()]
        if workload in own and row:
            best = min(figures[0] for figures in row.values())
            text.append(f"ours {own[workload][0]:9.1f} {own[workload][1]:9.1f}, {own[workload][0] / best:.2f} of the best")
        print(f"{workload}  " + "  ".join(text), flush=True)


if __name__ == "__main__":
    main()
