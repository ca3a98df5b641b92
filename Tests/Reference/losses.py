#!/usr/bin/env python3
"""Values and gradients of the loss terms, of AdamW and of the order verifier as PyTorch computes them, from the
definitions of Sources/Learning/LossTerm.swift alone; double precision.

    python3 losses.py       writes losses.json beside this file; needs PyTorch
"""
import json, os
import torch
import torch.nn.functional as F

HERE = os.path.dirname(os.path.abspath(__file__))
DIM, WINDOWS, CONTEXT, NEGATIVES, FUTURES = 7, 5, 4, 2, 2
torch.manual_seed(24)
torch.set_default_dtype(torch.float64)


def rows(count):
    """Random rows that single precision holds exactly."""
    return torch.randn(count, DIM).to(torch.float32).to(torch.float64)


def cosine(p, x):
    return (F.normalize(p, dim=-1, eps=1e-8) * F.normalize(x, dim=-1, eps=1e-8)).sum(-1)


# Targets resemble the last context chunk, as texts do, so that hinges are open in some windows and shut in others.
contexts = rows(CONTEXT * WINDOWS).reshape(CONTEXT, WINDOWS, DIM)
target = (0.9 * contexts[-1] + 0.3 * contexts[-2] + rows(WINDOWS)).to(torch.float32).to(torch.float64)
previous = contexts[-2]
negatives = (0.5 * target + rows(NEGATIVES * WINDOWS).reshape(NEGATIVES, WINDOWS, DIM)).float().double()
futures = (0.5 * target + rows(FUTURES * WINDOWS).reshape(FUTURES, WINDOWS, DIM)).float().double()
output = (0.4 * target + 0.3 * contexts[-2] + 0.5 * rows(WINDOWS)).float().double()
weights = torch.tensor([1, 0.5, 0.25, 1, 0.75])


def softplus(x):
    return F.softplus(x, threshold=1000)


def ratio(p):
    next, other = cosine(p, target), cosine(p, previous)
    return (next - other) / (next.abs() + other.abs() + 1e-6)


def gap(p):
    return cosine(p, target) - cosine(p, previous)


def ranking(p, others, temperature):
    """Per window: -log softmax of the target among target, previous, negatives and other targets."""
    losses = []
    for b in range(WINDOWS):
        bank = [target[b], previous[b]] + [negatives[k, b] for k in range(NEGATIVES)]
        bank += [target[(b + 1 + j) % WINDOWS] for j in range(others)]
        scores = cosine(p[b].expand(len(bank), DIM), torch.stack(bank)) / temperature
        losses.append(F.cross_entropy(scores.unsqueeze(0), torch.tensor([0]), reduction="none")[0])
    return torch.stack(losses)


def symmetric(p, temperature):
    scores = F.normalize(p, dim=-1) @ F.normalize(target, dim=-1).T / temperature
    own = torch.arange(WINDOWS)
    return F.cross_entropy(scores, own, reduction="none") + F.cross_entropy(scores.T, own, reduction="none")


def teacher(p):
    next = cosine(p, target)
    low = (next < 0.8).double()
    return (1 - next) * low * WINDOWS / low.sum()


PER_WINDOW = {
    "mse": lambda p: ((p - target) ** 2).mean(-1),
    "directionalHinge": lambda p: F.relu(0.1 - gap(p)),
    "directionalSmooth": lambda p: softplus(4 * (0.05 - gap(p))) / 4,
    "gapRatio": lambda p: 0.7 * softplus(4 * (0.06 - gap(p))) / 4 + 0.3 * softplus(4 * (0.05 - ratio(p))) / 4,
    "positiveFloor": lambda p: F.relu(0.8 - cosine(p, target)) ** 2,
    "norm": lambda p: (p.norm(dim=-1) - 1) ** 2,
    "orthogonality": lambda p: cosine(p, previous) ** 2,
    "antiCopyHinge": lambda p: torch.stack([F.relu(0.1 - cosine(p, target) + cosine(p, c)) for c in contexts]).mean(0),
    "futureMargin": lambda p: sum(F.relu(0.1 - cosine(p, target) + cosine(p, f)) for f in futures),
    "microDirectional": lambda p: softplus(5 * (cosine(p, contexts[-1]) - cosine(p, target) + 0.02)),
    "infoNCE": lambda p: ranking(p, WINDOWS - 1, 0.07),
    "listwise": lambda p: ranking(p, 3, 0.07),
    "symmetricInfoNCE": lambda p: symmetric(p, 0.07),
    "previousRepel": lambda p: F.relu(0.07 - gap(p)),
    "teacherPull": teacher,
}
OF_BATCH = {
    "moment": lambda p: F.mse_loss(p.mean(0), target.mean(0)) + F.mse_loss(p.std(0), target.std(0)),
    "variance": lambda p: F.relu(1 - p.std(0)).mean(),
}
LAST, BEFORE = contexts[-1], contexts[-2]


def gate_weights(before):
    delta = cosine(LAST, target) - cosine(LAST, before)
    return torch.where(delta >= 0.03, 1.0, 0.25)


def value_and_gradient(loss):
    p = output.clone().requires_grad_()
    value = loss(p)
    value.backward()
    return {"value": value.item(), "gradient": p.grad.flatten().tolist()}


def terms():
    found = {}
    for name, term in PER_WINDOW.items():
        found[name] = value_and_gradient(lambda p: term(p).mean())
        found[name + ":weighted"] = value_and_gradient(lambda p: (weights * term(p)).mean())
    for name, term in OF_BATCH.items():
        found[name] = value_and_gradient(term)
    term = PER_WINDOW["directionalSmooth"]
    gate, idle = gate_weights(BEFORE), gate_weights(LAST)
    assert 0 < (gate == 1).sum() < WINDOWS and (idle == 0.25).all()
    found["gate"] = value_and_gradient(lambda p: (gate * term(p)).mean())
    found["gate:itself"] = value_and_gradient(lambda p: (idle * term(p)).mean())
    found["gate:mean"] = value_and_gradient(lambda p: gate.mean() * term(p).mean())
    found["sum"] = value_and_gradient(
        lambda p: sum((0.5 + i) * term(p).mean() for i, term in enumerate(list(PER_WINDOW.values()) + list(OF_BATCH.values()))))
    found["rollout"] = value_and_gradient(lambda p: F.mse_loss(F.normalize(p, dim=-1), target))
    return found


def adamw():
    """Steps of torch.optim.AdamW on given gradients, clipped to 1 over all of them."""
    shapes = {"a.weight": (3, 7), "b": (5,)}
    start = {name: torch.randn(shape).float().double() for name, shape in shapes.items()}
    parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = torch.optim.AdamW(parameters.values(), lr=0.01, weight_decay=0.1)
    steps = []
    for step in range(6):
        gradients = {name: (torch.randn(shape) * (0.02 if step == 3 else 1)).float().double()
                     for name, shape in shapes.items()}
        for name, parameter in parameters.items():
            parameter.grad = gradients[name].clone()
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        optimizer.step()
        steps.append({
            "norm": norm.item(), "gradients": flat(gradients),
            "parameters": {name: value.detach().flatten().tolist() for name, value in parameters.items()}})
    return {"start": flat(start), "steps": steps}


def flat(tensors):
    return {name: value.flatten().tolist() for name, value in tensors.items()}


def verifier():
    """The pairs (context 0, target), target after; and (target, context 1), target before."""
    torch.manual_seed(3)
    mlp = torch.nn.Sequential(
        torch.nn.Linear(4 * DIM, 4), torch.nn.ReLU(), torch.nn.Dropout(0), torch.nn.Linear(4, 3), torch.nn.ReLU(),
        torch.nn.Dropout(0), torch.nn.Linear(3, 1))
    with torch.no_grad():
        for parameter in mlp.parameters():
            parameter.copy_(parameter.float().double())
    start = {"mlp." + name: value.detach().clone() for name, value in mlp.named_parameters()}
    a = torch.cat([contexts[0], target])
    b = torch.cat([target, contexts[1]])
    labels = torch.cat([torch.ones(WINDOWS), torch.zeros(WINDOWS)])
    logits = mlp(torch.cat([a, b, a * b, a - b], -1)).squeeze(-1)
    loss = F.binary_cross_entropy_with_logits(logits, labels)
    loss.backward()
    return {"parameters": flat(start), "value": loss.item(), "accuracy": ((logits > 0) == (labels > 0)).double().mean().item(),
            "gradients": flat({"mlp." + name: value.grad for name, value in mlp.named_parameters()})}


fixture = {
    "dim": DIM, "windows": WINDOWS, "context": CONTEXT, "negatives": NEGATIVES, "futures": FUTURES,
    "batch": flat({"output": output, "target": target, "previous": previous, "contexts": contexts,
                   "negatives": negatives, "futures": futures, "weights": weights}),
    "terms": terms(), "adamw": adamw(), "verifier": verifier(),
}
with open(os.path.join(HERE, "losses.json"), "w") as file:
    json.dump(fixture, file, separators=(",", ":"))
    file.write("\n")
