"""Draw pictures of cats, dogs and other animals, made up by a program.

The drawings are 32 × 32 points in colour, as CIFAR-10's photographs are, and every one is another.
Fur, ground, light, place, size, pose and clutter come from the same lots for all kinds, so that
a kind shows only in its shape: ears, head, muzzle, eyes, nose, whiskers, tongue.
"""

import numpy as np
import torch

SIZE = 32
MOST = 100_000  # pictures drawn by one call
PARTS = (  # what the table below holds for each kind, lengths in units of the head's radius
    "head_wide head_high pointed_ears ear_long ear_wide round_ears lobe_long lobe_wide lobe_turn "
    "lobe_up muzzle_wide muzzle_high muzzle_low nose eye whiskers tongue"
).split()
KINDS = {  # pointed_ears, round_ears, whiskers and tongue are chances, the others sizes
    "cat": (1.00, 0.86, 0.90, 0.85, 0.42, 0.10, 0.45, 0.26, 1.9, 0.45, 0.42, 0.30, 0.40, 0.11, 0.19, 0.75, 0.06),
    "dog": (0.84, 0.98, 0.16, 0.70, 0.34, 0.84, 0.72, 0.30, 2.8, 0.40, 0.46, 0.50, 0.55, 0.19, 0.14, 0.08, 0.45),
    "rabbit": (0.80, 0.90, 0.0, 0.5, 0.3, 1.0, 0.95, 0.22, 0.25, 0.60, 0.36, 0.30, 0.42, 0.10, 0.17, 0.5, 0.0),
    "bear": (1.02, 0.92, 0.0, 0.5, 0.3, 1.0, 0.34, 0.34, 0.8, 0.66, 0.46, 0.38, 0.45, 0.18, 0.11, 0.0, 0.1),
    "mouse": (0.74, 0.82, 0.0, 0.5, 0.3, 1.0, 0.56, 0.54, 0.9, 0.60, 0.28, 0.36, 0.55, 0.11, 0.15, 0.8, 0.0),
    "fox": (0.94, 0.78, 1.0, 1.05, 0.46, 0.0, 0.4, 0.3, 1.0, 0.5, 0.28, 0.56, 0.60, 0.13, 0.13, 0.2, 0.1),
    "pig": (1.00, 0.94, 0.6, 0.50, 0.40, 0.4, 0.50, 0.30, 1.6, 0.55, 0.40, 0.28, 0.35, 0.24, 0.11, 0.0, 0.0),
    "owl": (0.96, 1.02, 0.7, 0.45, 0.24, 0.0, 0.4, 0.3, 1.0, 0.5, 0.16, 0.26, 0.25, 0.00, 0.34, 0.0, 0.0),
}  # fmt: skip
FURS = np.array(  # shared by all kinds: black, grey, white, brown, ginger, cream, sand, slate
    [(40, 38, 42), (125, 125, 130), (225, 222, 215), (105, 70, 45)]
    + [(195, 115, 50), (232, 205, 160), (170, 140, 105), (75, 85, 100)],
    dtype=np.float32,
)


def draw(kinds, count, *, seed):
    """Draw `count` pictures of each kind, as `draw(("cat", "dog"), 1000, seed=0)`.

    Returns (images, labels), mixed: uint8 (N, 3, 32, 32) with N = count · kinds, and int64 (N,), the
    kind's place in `kinds`. The same arguments give the same pictures; other seeds give others.
    Raises ValueError for an unknown kind, for less than 1 and for more than 100,000 pictures.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if isinstance(kinds, str) or unknown or not kinds:
        raise ValueError(f"kinds is a tuple of names out of {', '.join(KINDS)}; given: {kinds!r}")
    if not 1 <= count * len(kinds) <= MOST:
        raise ValueError(f"one call draws 1 to {MOST:,} pictures; asked: {count * len(kinds):,}")
    lots = np.random.default_rng(seed)
    labels = lots.permutation(np.repeat(np.arange(len(kinds)), count))
    table = np.array([KINDS[kind] for kind in kinds])[labels]
    parts = [_draw(table[at : at + 64], lots) for at in range(0, len(labels), 64)]
    return torch.from_numpy(np.concatenate(parts)), torch.from_numpy(labels)


def _draw(table, lots):
    """Draw one picture for each row of the table of sizes; return uint8 (rows, 3, 32, 32)."""
    sizes = table * lots.uniform(0.8, 1.2, table.shape)
    part, chance = (dict(zip(PARTS, rows.T, strict=True)) for rows in (sizes, table))
    roll = _Lots(lots, len(table))
    fur, second = roll.furs()
    canvas = _Canvas(roll)
    for _ in range(5):
        canvas.clutter(roll.colour())
    canvas.pose()
    yaw, dark = roll.between(-0.35, 0.35), roll.dark()
    canvas.ellipse(-0.5 * yaw, 1.75, roll.between(0.7, 1.0), roll.between(0.7, 1.1), fur)
    canvas.ellipse(-0.3 * yaw, 0.95, 0.6, 0.16, roll.colour(), on=roll.happens(0.35))  # collar
    _head(canvas, roll, part, chance, fur, second)
    _face(canvas, roll, part, chance, fur, yaw, dark)
    canvas.leave()
    canvas.clutter(roll.colour(), on=roll.happens(0.35))
    return canvas.finish(lots)


def _head(canvas, roll, part, chance, fur, second):
    """Paint the ears, the head over those that stand, a patch of the second fur, and the ears that hang."""
    inner = 0.6 * fur + 0.4 * np.array([200, 130, 130])
    pointed = roll.happens(chance["pointed_ears"])
    rounded = chance["round_ears"] / np.maximum(1 - chance["pointed_ears"], 1e-9)
    lobes = roll.happens(rounded) * (1 - pointed)
    outside = np.where(roll.happens(0.5)[:, None] > 0, fur, 0.55 * fur)
    for side in (-1, 1):
        at = side * part["head_wide"] * roll.between(0.52, 0.68)
        tip = (at + side * roll.between(0.0, 0.25), -0.45 - part["ear_long"])
        canvas.triangle(at, -0.40, tip, part["ear_wide"], fur, on=pointed)
        canvas.triangle(at, -0.45, tip, 0.55 * part["ear_wide"], inner, on=pointed * 0.8)
        lobe, stands = _lobe(part, side, roll.between(-0.2, 0.2)), part["lobe_turn"] < 1.5
        canvas.ellipse(**lobe, colour=outside, on=lobes * stands)
    canvas.ellipse(0, 0, part["head_wide"], part["head_high"], fur)
    place = roll.between(-0.5, 0.5), roll.between(-0.6, 0.1)
    patch = roll.between(0.25, 0.5), roll.between(0.25, 0.6)
    canvas.ellipse(*place, *patch, second, on=roll.happens(0.5))
    for side in (-1, 1):
        lobe, hangs = _lobe(part, side, roll.between(-0.2, 0.2)), part["lobe_turn"] >= 1.5
        canvas.ellipse(**lobe, colour=outside, on=lobes * hangs)


def _face(canvas, roll, part, chance, fur, yaw, dark):
    """Paint tongue, muzzle, nose, eyes and whiskers, moved sideways by `yaw`."""
    low = part["muzzle_low"]
    pale = np.where(roll.happens(0.5)[:, None] > 0, 0.5 * fur + 120, fur * 0.85 + 25)
    tongue = roll.happens(chance["tongue"])
    canvas.ellipse(yaw, low + 0.45, 0.13, 0.26, (215, 95, 105), on=tongue)
    canvas.ellipse(yaw, low, part["muzzle_wide"], part["muzzle_high"], pale)
    canvas.ellipse(yaw, low - 0.12, part["nose"], 0.75 * part["nose"], dark)
    whiskers = 0.7 * roll.happens(chance["whiskers"])
    hair = np.where(roll.happens(0.5)[:, None] > 0, 235.0, 30.0)
    for side in (-1, 1):
        at = 0.6 * yaw + side * 0.40
        canvas.ellipse(at, -0.16, part["eye"], part["eye"], (225, 215, 150))
        canvas.ellipse(at, -0.16, 0.5 * part["eye"], 0.8 * part["eye"], dark)
        for lift in (-0.1, 0.14):
            at, turn = yaw + side * 0.72, side * lift * 2
            canvas.ellipse(at, low + lift, 0.45, 0.035, hair, turn=turn, on=whiskers)


class _Lots:
    """Random choices for n pictures at once."""

    def __init__(self, lots, n):
        self.lots, self.n = lots, n

    def between(self, low, high):
        """Return n numbers, evenly spread from low to high."""
        return self.lots.uniform(low, high, self.n)

    def happens(self, share):
        """Return n numbers that are 1 with this chance (one, or n of them), else 0."""
        return (self.lots.random(self.n) < share).astype(np.float64)

    def furs(self):
        """Return two coats for each picture, (2, n, 3)."""
        chosen = FURS[self.lots.integers(len(FURS), size=(2, self.n))]
        return chosen + self.lots.normal(0, 14, (2, self.n, 3))

    def colour(self):
        """Return any colour for each picture, (n, 3), half way to grey."""
        bright = self.lots.uniform(10, 245, (self.n, 3))
        return 0.6 * bright + 0.4 * self.lots.uniform(10, 245, (self.n, 1))

    def dark(self):
        """Return a nearly black colour for each picture, (n, 3)."""
        return np.array([25.0, 20.0, 25.0]) + self.lots.uniform(0, 25, (self.n, 3))


def _lobe(part, side, sway):
    """Return place, radii and turn of a rounded ear on one side; turn 0 stands up, 3.1 hangs down."""
    turn = part["lobe_turn"] + sway
    reach = 0.75 * part["lobe_long"]
    x = side * (0.72 * part["head_wide"] + reach * np.sin(turn))
    y = -part["lobe_up"] - reach * np.cos(turn)
    radii = {"wide": part["lobe_wide"], "high": part["lobe_long"]}
    return {"x": x, "y": y, "turn": side * turn, **radii}


class _Canvas:
    """n pictures at once: shapes with soft edges, painted one over the other."""

    def __init__(self, roll):
        self.n, self.between, self.happens = roll.n, roll.between, roll.happens
        ground, far = roll.colour(), roll.colour()
        axis = (np.arange(SIZE, dtype=np.float32) - (SIZE - 1) / 2) / (SIZE / 2)
        self.down, self.right = np.meshgrid(axis, axis, indexing="ij")
        across, along = (_column(roll.between(-0.5, 0.5)) for _ in range(2))
        slope = self.right * across + self.down * along
        slope = np.clip(0.5 + slope, 0, 1)[:, None]
        self.image = _colour(ground) * slope + _colour(far) * (1 - slope)
        self.leave()

    def leave(self):
        """Measure in the picture's own frame: -1 to 1 from edge to edge."""
        self.x, self.y = self.right[None], self.down[None]
        self.unit = _column(np.full(self.n, SIZE / 2))

    def pose(self):
        """Measure in the animal's frame: its own place, size, turn and side."""
        radius, turn = self.between(0.30, 0.56), self.between(-0.45, 0.45)
        left, up = self.between(-0.28, 0.28), self.between(-0.28, 0.22)
        side = 1 - 2 * self.happens(0.5)
        x, y = self.right - _column(left), self.down - _column(up)
        cos, sin = np.cos(turn) / radius, np.sin(turn) / radius
        self.x = (x * _column(cos) + y * _column(sin)) * _column(side)
        self.y = (y * _column(cos) - x * _column(sin)) * _column(1 / self.between(0.85, 1.15))
        self.unit = _column(radius * SIZE / 2)

    def paint(self, distance, colour, on):
        """Cover with a colour where distance (in units, negative inside) says so."""
        cover = np.clip(0.5 - distance * self.unit, 0, 1) * _column(on)
        self.image += cover[:, None] * (_colour(colour) - self.image)

    def ellipse(self, x, y, wide, high, colour, turn=0.0, on=1.0):
        """Paint an ellipse with this centre, these radii and this turn in radians."""
        x, y = self.x - _column(x), self.y - _column(y)
        cos, sin = np.cos(turn), np.sin(turn)
        wide, high = np.maximum(wide, 1e-3), np.maximum(high, 1e-3)
        across = x * _column(cos / wide) + y * _column(sin / wide)
        along = y * _column(cos / high) - x * _column(sin / high)
        size = np.sqrt(across * across + along * along)
        self.paint((size - 1) * _column(np.minimum(wide, high)), colour, on)

    def triangle(self, x, y, tip, wide, colour, on=1.0):
        """Paint an ear: a base of half width `wide` around (x, y), and its tip."""
        left, right = (x - wide, y), (x + wide, y)
        edges = [(left, tip), (tip, right), (right, left)]
        distance = np.full((1, 1, 1), -np.inf, dtype=np.float32)
        for (ax, ay), (bx, by) in edges:
            dx, dy = bx - ax, by - ay
            length = np.hypot(dx, dy)
            nx, ny = dy / length, -dx / length
            out = self.x * _column(nx) + self.y * _column(ny) - _column(nx * ax + ny * ay)
            distance = np.maximum(distance, out)
        self.paint(distance, colour, on)

    def clutter(self, colour, on=1.0):
        """Paint an ellipse or a bar somewhere."""
        long, thin = self.between(0.15, 0.7), self.between(0.05, 0.3)
        x, y, turn = self.between(-1, 1), self.between(-1, 1), self.between(0, np.pi)
        edge = self.happens(0.5) * (on if np.ndim(on) else np.full(self.n, on))
        tip = (x + self.between(-0.6, 0.6), y - 0.4 - long)
        self.ellipse(x, y, long, thin, colour, turn, on=(on - edge))
        self.triangle(x, y, tip, thin, colour, on=edge)

    def finish(self, lots):
        """Return the pictures under their own light, with noise, as bytes."""
        light = 1 + self.right * _column(self.between(-0.3, 0.3))
        light = light + self.down * _column(self.between(-0.3, 0.3))
        tint = lots.uniform(0.8, 1.15, (self.n, 3)) * lots.uniform(0.6, 1.1, (self.n, 1))
        image = self.image * light[:, None] * _colour(tint)
        image += lots.normal(0, 8, image.shape).astype(np.float32)
        return np.clip(image, 0, 255).astype(np.uint8)


def _column(values):
    """Return one number a picture as float32 (n, 1, 1), or a single number as it is."""
    return np.asarray(values, dtype=np.float32).reshape(-1, 1, 1)


def _colour(colour):
    """Return a colour, or one a picture, as float32 (n, 3, 1, 1)."""
    return np.asarray(colour, dtype=np.float32).reshape(-1, np.shape(colour)[-1], 1, 1)
