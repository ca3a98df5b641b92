#!/usr/bin/env python3
"""Makes Tests/Reference/training.json: what five steps of PyTorch make of small networks under the recipes.

Needs PyTorch. The terms and their weights are written here from the tables of the recipes, not from pipelines/recipes;
batches of 8 consecutive windows, no dropout, no augmentation, double precision. Each case holds the parameters before
and after, and the weight of every term in every step.
"""

import json
import math
import pathlib
import sys

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import networks as nets
from recurrent import LSTM

torch.set_default_dtype(torch.float64)
nets.HIDDEN, nets.LAYERS = 6, 1
DIM, CONTEXT, BATCH, STEPS, NEGATIVES, FUTURES = nets.DIM, nets.CONTEXT, 8, 5, 2, 2


def unit(x):
    return x / x.norm(dim=-1, keepdim=True).clamp(min=1e-8)


def cos(a, b):
    return (unit(a) * unit(b)).sum(-1)


def vectors(seed, common):
    """Windows whose vectors lie around one direction: slots are context, target, negatives, futures.

    They are shorter than 1, so that the MSE is small enough for weights that follow it to stay within their bounds.
    """
    torch.manual_seed(seed)
    slots = CONTEXT + 1 + NEGATIVES + FUTURES
    x = 0.3 * unit(common + 0.28 * torch.randn(BATCH * STEPS, slots, DIM))
    return x.float().double()


COMMON = unit(torch.tensor([0.6, -0.4, 0.3, 0.5, -0.2, 0.1]))
X = vectors(3, COMMON)


class Batch:
    def __init__(self, x):
        self.context, self.n = x[:, :CONTEXT], x[:, CONTEXT]
        self.negatives = x[:, CONTEXT + 1 : CONTEXT + 1 + NEGATIVES]
        self.futures = x[:, CONTEXT + 1 + NEGATIVES :]


def smooth(gap, margin, gamma=4):
    return F.softplus(gamma * (margin - gap)) / gamma


def directional(p, b, v, margin, kind):
    gap = cos(p, b.n) - cos(p, v)
    if kind == "hinge":
        return F.relu(margin - gap).mean()
    if kind == "smooth":
        return smooth(gap, margin).mean()
    ratio = gap / (cos(p, b.n).abs() + cos(p, v).abs() + 1e-6)
    return (0.7 * smooth(gap, margin) + 0.3 * smooth(ratio, 0.05)).mean()


def future(p, b, margin):
    return sum(F.relu(margin - (cos(p, b.n) - cos(p, b.futures[:, j]))) for j in range(FUTURES)).mean()


def ranking(p, b, v, others, weights=1):
    s = [cos(p, b.n), cos(p, v)] + [cos(p, b.negatives[:, j]) for j in range(NEGATIVES)]
    cross = unit(p) @ unit(b.n).T
    count = len(p)
    s += [cross[torch.arange(count), (torch.arange(count) + 1 + k) % count] for k in range(min(others, count - 1))]
    s = torch.stack(s, -1) / 0.07
    return (weights * (torch.logsumexp(s, -1) - s[:, 0])).mean()


def rollout(model, b, horizon=3):
    c, loss = b.context, 0
    truth = [b.n, b.futures[:, 0], b.futures[:, 1]]
    for h in range(horizon):
        q = unit(model(c))
        loss = loss + ((q - truth[h]) ** 2).mean()
        c = torch.cat([c[:, 1:], q.unsqueeze(1)], 1)
    return loss / horizon


def clamp(x, low, high):
    return min(max(x, low), high)


def fraction(share, mse, loss, high=0.02):
    return clamp(share * mse.item() / loss.item(), 1e-4, high)


def capped(weight, mse, loss, cap):
    rho = weight * loss.item() / mse.item()
    return weight * cap / rho if rho > cap else weight


def controlled(target, cap, high, mse, loss):
    weight = fraction(target, mse, loss, high)
    if weight * loss.item() / mse.item() < 0.8 * target:
        weight = clamp(target * mse.item() / loss.item(), 1e-4, high)
    return capped(weight, mse, loss, cap)


def skips(p, b, v):
    n, o = cos(p, b.n).mean().item(), cos(p, v).mean().item()
    return n < 0 or (n < 0.05 and o < -0.05)


def floor(p, b, t):
    return (F.relu(t - cos(p, b.n)) ** 2).mean()


def norm(p):
    return ((p.norm(dim=-1) - 1) ** 2).mean()


def p1(model, p, b, v):
    return {"mse": (F.mse_loss(p, b.n), 1)}


def p2(model, p, b, v):  # from epoch 6
    return p1(model, p, b, v) | {
        "directional-hinge": (directional(p, b, v, 0.01, "hinge"), 0.002), "future-margin": (future(p, b, 0.01), 0.002)}


def p4(model, p, b, v):  # from epoch 7
    tempting = torch.sigmoid((cos(b.context[:, -1], b.n) - 0.60) / 0.05).mean().item()
    return p1(model, p, b, v) | {
        "directional-hinge": (directional(p, b, v, 0.01, "hinge"), 0.002 * (1 + tempting)),
        "future-margin": (future(p, b, 0.008), 0.002), "rollout": (rollout(model, b), 0.10)}


def p51(model, p, b, v):  # epoch 4
    last = cos(p, b.context[:, -1])
    return p1(model, p, b, v) | {
        "micro-directional": (F.softplus(5 * (last - cos(p, b.n) + 0.02)).mean(), 0.001 * 3 / 6)}


def v1(model, p, b, v):  # epochs 4 to 6
    mse, loss = F.mse_loss(p, b.n), directional(p, b, v, 0.03, "smooth")
    return {"mse": (mse, 1), "directional-smooth": (loss, fraction(0.15, mse, loss))}


def guarded(p, b, v, mse, loss, weight, floors, norms, straight=None):
    terms = {"mse": (mse, 1), "directional-gap-ratio": (loss, 0 if skips(p, b, v) else weight),
             "positive-floor": (floor(p, b, floors[0]), floors[1]), "norm": (norm(p), norms)}
    if straight:
        terms["orthogonality"] = ((cos(p, v) ** 2).mean(), straight)
    return terms


def v21(model, p, b, v):  # epochs 7 and 8
    mse, loss = F.mse_loss(p, b.n), directional(p, b, v, 0.04, "gap-ratio")
    return guarded(p, b, v, mse, loss, capped(fraction(0.20, mse, loss), mse, loss, 0.25), (0.10, 1e-3), 1e-3)


def v22(model, p, b, v):  # epochs 3 and 4
    mse, loss = F.mse_loss(p, b.n), directional(p, b, v, 0.04, "gap-ratio")
    return guarded(p, b, v, mse, loss, controlled(0.25, 0.45, 0.03, mse, loss), (0.12, 2e-3), 1e-3, 5e-4)


def v23(model, p, b, v):  # epochs 3 to 6
    mse, loss = F.mse_loss(p, b.n), directional(p, b, v, 0.03, "gap-ratio")
    confidence = clamp((cos(p, b.n).mean().item() - 0.30) / 0.15, 0, 1)
    weight = controlled(0.20, 0.35, 0.018, mse, loss) * confidence
    return guarded(p, b, v, mse, loss, weight, (0.10, 1e-3), 1e-3, 1e-4)


def p7(model, p, b, v):  # epochs 1 and 2
    delta = cos(b.context[:, -1], b.n) - cos(b.context[:, -1], b.context[:, -2])
    w = torch.where(delta >= 0.03, 1.0, 0.25)
    n = cos(p, b.n)
    low = n < 0.20
    pull = (1 - n[low]).mean() if low.any() else torch.zeros(())
    return {
        "info-nce": (ranking(p, b, v, BATCH, w), 1.0),
        "previous-repel": ((w * F.relu(0.07 - n + cos(p, v))).mean(), 0.5), "teacher-pull": (pull, 0.2)}


def p9(model, p, b, v):
    return {"cosine": ((1 - cos(p, b.n)).mean(), 1)}


def p8(model, p, b, v):  # epoch 1, without the verifier of order
    return {"listwise": (ranking(p, b, v, 30), 1.0),
            "previous-repel": (F.relu(0.07 - cos(p, b.n) + cos(p, v)).mean(), 0.5)}


class WithPosition(nn.Module):
    """A transformer that reads positions in a column of its own, its attention biased against the last slot."""

    def __init__(self, scale, bias):
        super().__init__()
        dim, nets.DIM = nets.DIM, nets.DIM + 1
        inner = nets.Transformer()
        nets.DIM = dim
        self.input_proj, self.pos_encoder, self.transformer_decoder, self.head = (
            inner.input_proj, inner.pos_encoder, inner.transformer_decoder, inner.head)
        self.head[3] = nn.Linear(nets.WIDTH, DIM)
        self.scale, self.bias = scale, bias

    def forward(self, c):
        column = (torch.linspace(0, 1, CONTEXT) * self.scale).view(1, CONTEXT, 1).expand(len(c), -1, 1)
        x = self.pos_encoder(self.input_proj(torch.cat([c, column], -1)))
        mask = nets.mask(CONTEXT)
        mask[:, -1] -= self.bias
        return self.head(self.transformer_decoder(x, x, tgt_mask=mask, memory_mask=mask)[:, -1])


def lstm(share=0.3):
    """The output begins near the vectors' common direction, the nearer the longer."""
    model = LSTM(DIM, nets.HIDDEN, nets.LAYERS)
    with torch.no_grad():
        model.output_proj.weight *= 0.3
        model.output_proj.bias.copy_(share * COMMON)
    return model


def near(model, share):
    """The head's output begins near the vectors' common direction."""
    with torch.no_grad():
        model.head[3].bias += share * COMMON
    return model


CASES = {
    # recipe: (configuration, network, terms, epoch, learning rate, decay, slot of the previous vector)
    "p1-baseline": ({"arch": "transformer"}, lambda: near(nets.Transformer(), 0.4), p1, 1, 5e-4, 0.01, -2),
    "p2-residual": ({"arch": "lstm", "residual": True}, lambda: nets.Residual(lstm()), p2, 6, 5e-4, 0.01, -2),
    "p4-rollout": ({"arch": "lstm"}, lstm, p4, 7, 5e-4, 0.01, -2),
    "p5.1-curriculum": ({"arch": "transformer", "positional_scalar": True},
                        lambda: near(WithPosition(0.10, 0.6 * 3 / 4), 0.4), p51, 4, 5e-4, 0.01, -2),
    "p6b-v1": ({"arch": "lstm"}, lstm, v1, 4, 5e-4, 0.01, -2),
    "p6b-v2.1": ({"arch": "lstm"}, lstm, v21, 7, 5e-4, 0.01, -2),
    "p6b-v2.2": ({"arch": "lstm"}, lstm, v22, 3, 5e-4, 0.01, -2),
    "p6b-v2.3": ({"arch": "lstm"}, lambda: lstm(0.06), v23, 3, 5e-4, 0.01, -2),
    "p7-ranker": ({"arch": "ranker-lstm"}, nets.RankerLSTM, p7, 1, 5e-4, 1e-4, -1),
    # Epoch 3 of 10 by CosineAnnealingLR, and the first steps of a warm-up of 100 by LinearLR.
    "p9-residual-mean": ({"arch": "mlp", "residual": "mean"}, lambda: nets.MeanResidual(nets.MLP()), p9, 3, 1e-4, 0.1, -1),
    "p8-mixture": ({"arch": "mixture-lstm"}, nets.MixtureLSTM, p8, 1, 1e-3, 0.01, -1),
}


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]


def state(model):
    return {name: numbers(t) for name, t in model.state_dict().items() if not name.endswith("pos_encoder.pe")}


def train(name, configuration, make, terms, epoch, rate, decay, slot):
    torch.manual_seed(5)
    model = make()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(((parameter + 0.05 * torch.randn_like(parameter)) * 1e5).round() / 1e5)
    before = state(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=decay)
    warm_up = None
    if name == "p9-residual-mean":
        annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=10)
        for _ in range(epoch - 1):
            optimizer.step()
            annealing.step()
        optimizer = torch.optim.AdamW(model.parameters(), lr=annealing.get_last_lr()[0], weight_decay=decay)
        warm_up = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / 100, total_iters=99)
    steps = []
    for step in range(STEPS):
        b = Batch(X[step * BATCH : (step + 1) * BATCH])
        p = model(b.context)
        parts = terms(model, p, b, b.context[:, slot])
        optimizer.zero_grad()
        sum(weight * value for value, weight in parts.values()).backward()
        length = nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if warm_up:
            warm_up.step()
        steps.append({"grad_norm": length.item(), "cos_next": cos(p, b.n).mean().item(),
                      "terms": {k: float(torch.as_tensor(value).detach()) for k, (value, _) in parts.items()},
                      "lambda": {k: float(weight) for k, (_, weight) in parts.items()}})
    print(name, json.dumps(steps[0]), json.dumps(steps[-1]["lambda"]), file=sys.stderr)
    sizes = {"dim": DIM, "context": CONTEXT, "width": nets.WIDTH, "hidden": nets.HIDDEN, "heads": nets.HEADS,
             "layers": nets.LAYERS}
    return {"configuration": configuration | sizes, "epoch": epoch, "before": before, "after": state(model),
            "steps": steps}


def main(names):
    """All cases, or those of these names, beside the others as they were."""
    path = pathlib.Path(__file__).with_name("training.json")
    cases = json.loads(path.read_text())["cases"] if names else {}
    cases |= {name: train(name, *CASES[name]) for name in names or CASES}
    record = {"batch": BATCH, "roles": [CONTEXT, NEGATIVES, FUTURES], "windows": numbers(X), "cases": cases}
    path.write_text(json.dumps(record, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
