"""One step of the fast gradient method for regression on a self dictionary."""

from __future__ import annotations

from hsunmix.kernels._compile import FAST, KERNEL, njit


@njit(**KERNEL, fastmath=FAST)
def step(gradient, place, c, mu, size, x, y, t, beta):
    """Project y − gradient / size, row by row, onto Ω; make the next extrapolated point.

    Ω: 0 ≤ x_ij ≤ c_ij x_ii and x_ii ≤ 1, where c_ij = c[j] / c[place[i]].
    For a row with diagonal τ the rest is clipped to [0, c_j τ]; the best τ is the fixed point of
    τ = (y_i + Σ c_j y_j) / (1 + Σ c_j²), the sums over the j with y_j > c_j τ. From any start this is
    Newton's method on a concave, increasing, piecewise linear function: it ends after a few steps,
    and nothing is sorted.

    Parameters
    ----------
    gradient : float64 (rows, n)
        Without the part of the trace; overwritten.
    place : int64 (rows,)
        The diagonal's column in every row.
    c : float64 (n,)
    mu, size : float
        Weight of the trace; Lipschitz constant.
    x, y : float64 (rows, n)
        Iterate and extrapolated point; changed in place.
    t : float64 (rows,)
        Unclipped diagonals, from which the fixed point starts; changed in place.
    beta : float
        How far to extrapolate.

    Returns
    -------
    uphill : float
        Above zero when the last extrapolation pointed uphill.
    change : float
        The largest change of a diagonal entry.
    """
    rows, n = x.shape
    uphill = change = 0.0
    for i in range(rows):
        at = place[i]
        z = gradient[i]
        for j in range(n):
            z[j] = y[i, j] - z[j] / size
        z[at] -= mu / size
        own, inverse, tau = z[at], 1.0 / c[at], t[i]
        for _ in range(60):
            top = below = 0.0
            for j in range(n):
                b = c[j] * inverse
                b = b if z[j] > b * tau else 0.0
                top += b * z[j]
                below += b * b
            if own > tau:
                top -= own
                below -= 1.0
            new = (own + top) / (1.0 + below)
            done = abs(new - tau) <= 1e-13
            tau = new
            if done:
                break
        t[i] = tau
        tau = min(max(tau, 0.0), 1.0)
        for j in range(n):
            z[j] = min(max(z[j], 0.0), c[j] * inverse * tau)
        z[at] = tau
        change = max(change, abs(tau - x[i, at]))
        for j in range(n):
            uphill += (y[i, j] - z[j]) * (z[j] - x[i, j])
            y[i, j] = z[j] + beta * (z[j] - x[i, j])
            x[i, j] = z[j]
    return uphill, change
