"""Where papers and concepts stand on the map: LinLog, once, the same everywhere.

The energy model is LinLog (Noack, "Energy models for graph clustering", 2007):
edges pull with a constant force, nodes push each other with 1/distance times
their masses, which draws communities apart better than springs do.  Small graphs
sum the pushes of all pairs; above that the masses are laid on a grid and their
field is computed with an FFT (particle-mesh, as in Hockney and Eastwood's
"Computer simulation using particles", 1988): linear in nodes and edges.

The same bytes on every machine: no BLAS, integer edge weights, seeded by
arithmetic instead of random numbers, and the FFT's field is rounded far above its
error before it moves anything.  What is left (+ - * / and square roots) is exact
under IEEE 754.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kg.louvain import Ints, Network

Floats = npt.NDArray[np.float64]

#: Up to this many nodes every pair is summed; above it the grid takes over.
EXACT_LIMIT = 500

#: Average room per node, in layout units; a node's radius is 4 to 16 of them.
SPACING = 58.0

#: Below about this length (a node has room 1) an edge's pull fades: clusters breathe.
SOFT = 0.2

#: The same where a grid computes the pushes, in its cells: it tells none apart below.
MESH_SOFT = 3.0

#: How much stronger an edge pulls inside a community than between two.
INSIDE = 3

#: Screens are wider than high, and so is the map.
_STRETCH = np.array([1.12, 0.9])

_GOLDEN_ANGLE = 2.399963229728653


def place(network: Network, communities: Ints) -> Floats:
    """Return an x, y per node in layout units, y downwards, rounded to 0.1.

    Args:
        network: edges with integer weights; node order decides nothing but ties.
        communities: community per node, which seeds the layout.
    """
    if network.size == 0:
        return np.zeros((0, 2))
    steps = _steps(network.size)
    points = _relax(_gathered(network, communities), _start(network, communities), steps)
    finished: Floats = np.round(_spread(_scaled(points), network), 1)
    return finished


def _gathered(network: Network, communities: Ints) -> Network:
    """Return the graph with stronger edges inside communities: compact, readable regions."""
    inside = communities[network.source] == communities[network.target]
    weight = network.weight * np.where(inside, INSIDE, 1)
    return Network(network.size, network.source, network.target, weight)


def _steps(size: int) -> int:
    """Return how many steps a graph of that size can afford."""
    return 400 if size <= EXACT_LIMIT else 220 if size <= 30_000 else 120


# --- start: communities around their own centres --------------------------------


def _start(network: Network, communities: Ints) -> Floats:
    """Place the graph of communities first, then each node around its community."""
    count = int(communities.max()) + 1
    sizes = np.bincount(communities, minlength=count).astype(float)
    centres = _spiral(np.arange(count), 1.0) * np.sqrt(network.size / count)
    if 2 < count < network.size and count <= EXACT_LIMIT:
        centres = _relax(_quotient(network, communities, count), centres, 200, mass=sizes)
    rank = _rank_within(communities)
    points: Floats = centres[communities] + _spiral(rank, 0.35)
    return points


def _quotient(network: Network, communities: Ints, count: int) -> Network:
    one, two = communities[network.source], communities[network.target]
    outer = one != two
    keys, at = np.unique(one[outer] * count + two[outer], return_inverse=True)
    weight = np.bincount(at, weights=network.weight[outer], minlength=len(keys))
    return Network(count, keys // count, keys % count, weight.astype(np.int64))


def _rank_within(groups: Ints) -> Ints:
    """Return the position of each node within its group.

    >>> _rank_within(np.array([1, 0, 1, 1])).tolist()
    [0, 0, 1, 2]
    """
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    firsts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    rank = np.empty(len(groups), dtype=np.int64)
    rank[order] = np.arange(len(groups)) - firsts
    return rank


def _spiral(rank: Ints, step: float) -> Floats:
    """Return sunflower points, one per rank: evenly dense, no random numbers."""
    radius, angle = step * np.sqrt(rank + 0.5), rank * _GOLDEN_ANGLE
    # sin and cos differ in the last bit between machines; 9 digits do not.
    return np.column_stack(
        [radius * np.round(np.cos(angle), 9), radius * np.round(np.sin(angle), 9)]
    )


# --- forces ---------------------------------------------------------------------


def _relax(network: Network, points: Floats, steps: int, mass: Floats | None = None) -> Floats:
    """Follow the LinLog forces for ``steps`` steps that grow shorter."""
    weight = network.weight / max(1.0, float(np.mean(network.weight)) if len(network.weight) else 1)
    strength = _sum_by(network.source, weight, network) + _sum_by(network.target, weight, network)
    mass = 1.0 + strength if mass is None else mass
    push = _push_exactly if network.size <= EXACT_LIMIT else _Mesh(network.size).push
    room = np.sqrt(network.size)
    balance = float(weight.sum()) / max(1e-9, float(mass.sum()) ** 2) * room
    for step in range(steps):
        heat = (1 - step / steps) ** 1.5 * 0.08 * room
        force = balance * mass[:, None] * push(points, mass)
        force += _pull(network, points, weight, _soft(points)) - _gravity(points, mass, room)
        points = points + _limited(force / mass[:, None], heat)
        points = np.round(points - _mean(points), 6)
    return points


def _sum_by(index: Ints, values: Floats, network: Network) -> Floats:
    total: Floats = np.bincount(index, weights=values, minlength=network.size).astype(float)
    return total


def _mean(points: Floats) -> Floats:
    mean: Floats = np.add.reduce(points, axis=0) / len(points)
    return mean


def _soft(points: Floats) -> float:
    """Return below which length pulls fade: where a grid no longer tells pushes apart."""
    if len(points) <= EXACT_LIMIT:
        return SOFT
    return max(SOFT, MESH_SOFT * _cell(points, _cells(len(points))))


def _pull(network: Network, points: Floats, weight: Floats, soft: float) -> Floats:
    """Edges pull with their weight, whatever their length (softened when very short)."""
    delta = points[network.target] - points[network.source]
    length = np.sqrt(delta[:, 0] ** 2 + delta[:, 1] ** 2) + soft
    force = delta * (weight / length)[:, None]
    columns = [
        _sum_by(network.source, force[:, k], network)
        - _sum_by(network.target, force[:, k], network)
        for k in (0, 1)
    ]
    return np.column_stack(columns)


def _gravity(points: Floats, mass: Floats, room: float) -> Floats:
    """A weak pull to the middle keeps parts that share nothing in sight."""
    return 0.12 * mass[:, None] * points / room


def _limited(move: Floats, heat: float) -> Floats:
    """Shorten moves smoothly to at most ``heat``."""
    length = np.sqrt(move[:, 0] ** 2 + move[:, 1] ** 2)
    return move * (heat / (length + heat + 1e-12))[:, None]


def _push_exactly(points: Floats, mass: Floats) -> Floats:
    """Return the 1/distance push on each node, summed over all pairs."""
    dx = points[:, 0][:, None] - points[:, 0][None, :]
    dy = points[:, 1][:, None] - points[:, 1][None, :]
    pull = mass[None, :] / (dx * dx + dy * dy + 0.05)
    return np.column_stack([np.add.reduce(dx * pull, axis=1), np.add.reduce(dy * pull, axis=1)])


def _cells(size: int) -> int:
    return 192 if size < 8_000 else 256 if size < 40_000 else 384


def _cell(points: Floats, cells: int) -> float:
    """Return the side of a cell of a grid over all points."""
    return float(max(points.max(axis=0) - points.min(axis=0))) / (cells - 2) + 1e-9


class _Mesh:
    """The push of all nodes on each, from their masses on a grid and one FFT."""

    def __init__(self, size: int) -> None:
        self.cells = _cells(size)
        span = np.fft.fftfreq(2 * self.cells, 1 / (2 * self.cells))
        dx, dy = np.meshgrid(span, span, indexing="ij")
        square = dx * dx + dy * dy + 0.4
        self.kernel = [np.fft.rfft2(dx / square), np.fft.rfft2(dy / square)]

    def push(self, points: Floats, mass: Floats) -> Floats:
        """Return the 1/distance push on each node."""
        low, cell = points.min(axis=0), _cell(points, self.cells)
        corners = self._corners((points - low) / cell)
        density = self._density(corners, mass)
        field = [self._convolve(density, kernel) / cell for kernel in self.kernel]
        return np.column_stack([self._sample(corners, part) for part in field])

    def _corners(self, at: Floats) -> list[tuple[Ints, Floats]]:
        """Return the four grid cells around each point with the point's share in each."""
        base = np.floor(at).astype(np.int64)
        part = at - base
        pairs = []
        for i in (0, 1):
            for j in (0, 1):
                share = (part[:, 0] if i else 1 - part[:, 0]) * (
                    part[:, 1] if j else 1 - part[:, 1]
                )
                pairs.append(((base[:, 0] + i) * self.cells + base[:, 1] + j, share))
        return pairs

    def _density(self, corners: list[tuple[Ints, Floats]], mass: Floats) -> Floats:
        total = np.zeros(self.cells * self.cells)
        for index, share in corners:
            total += np.bincount(index, weights=share * mass, minlength=len(total))
        return total.reshape(self.cells, self.cells)

    def _convolve(self, density: Floats, kernel: npt.NDArray[np.complex128]) -> Floats:
        shape = (2 * self.cells, 2 * self.cells)
        field = np.fft.irfft2(np.fft.rfft2(density, shape) * kernel, shape)
        grain = float(density.sum()) * 2.0**-36
        # The FFT's own error is far below this grain, so rounding makes it exact.
        return np.round(field[: self.cells, : self.cells] / grain) * grain

    def _sample(self, corners: list[tuple[Ints, Floats]], field: Floats) -> Floats:
        flat = np.ascontiguousarray(field).ravel()
        total = np.zeros(len(corners[0][0]))
        for index, share in corners:
            total += flat[index] * share
        return total


# --- finish ---------------------------------------------------------------------


def _scaled(points: Floats) -> Floats:
    """Scale so that the middle nine tenths of the nodes have :data:`SPACING` room each."""
    if len(points) < 2:
        return points
    radius = np.sort(np.sqrt(points[:, 0] ** 2 + points[:, 1] ** 2))
    reach = float(radius[int(0.9 * (len(radius) - 1))]) or 1.0
    # What shares little with the rest drifts off; a map is read more easily with it at the rim.
    rim = 1.1 * reach
    far = np.sqrt(points[:, 0] ** 2 + points[:, 1] ** 2)
    drawn_in = np.where(far > rim, (rim + 0.25 * (far - rim)) / np.maximum(far, 1e-9), 1.0)
    scale = SPACING * float(np.sqrt(len(points) * 0.9 / 3.14159)) / reach
    scaled: Floats = points * (scale * drawn_in)[:, None] * _STRETCH
    return scaled


def _spread(points: Floats, network: Network) -> Floats:
    """Push apart nodes that would be drawn on top of each other."""
    from scipy.spatial import cKDTree

    size = len(points)
    if size < 2:
        return points
    degree = np.bincount(np.concatenate([network.source, network.target]), minlength=size)
    radius = 7.0 + 2.2 * np.sqrt(degree)
    # Where thousands crowd, first the closest: all pairs at once would not fit into memory.
    reach = float(np.sort(radius)[int(0.98 * (size - 1))]) * 2
    for _ in range(40 if size <= 30_000 else 15):
        tree = cKDTree(points)
        near = reach
        while near > 1 and tree.count_neighbors(tree, near) > 40 * size:
            near *= 0.6
        pairs = tree.query_pairs(near, output_type="ndarray")
        if not len(pairs):
            break
        points = np.round(points + _apart(points, pairs, radius), 4)
    return points


def _apart(points: Floats, pairs: Ints, radius: Floats) -> Floats:
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    one, two = pairs[:, 0], pairs[:, 1]
    delta = points[two] - points[one]
    delta[:, 0] += np.where((delta == 0).all(axis=1), 1e-3 * (1 + (one + two) % 7), 0.0)
    length = np.sqrt(delta[:, 0] ** 2 + delta[:, 1] ** 2)
    over = np.maximum(0.0, radius[one] + radius[two] - length) / 2
    step = delta * (0.5 * over / length)[:, None]
    size = len(points)
    return np.column_stack(
        [
            np.bincount(two, weights=step[:, k], minlength=size)
            - np.bincount(one, weights=step[:, k], minlength=size)
            for k in (0, 1)
        ]
    )
