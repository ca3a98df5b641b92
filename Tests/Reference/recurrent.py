#!/usr/bin/env python3
"""What PyTorch's LSTM and GRU give, forward and back, for small networks of the shapes in docs: writes recurrent.json.

    python3 recurrent.py        needs torch; writes beside this file

Case -> architecture and sizes; parameters, contexts (batch, ctx, dim), output gradients; and what follows from them: outputs,
gradients of parameters and of contexts. Numbers are in C order. PyTorch computes in double precision here, so that the
tolerance of the test is the tested code's own.
"""
import json, os
import torch
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


class LSTM(nn.Module):
    def __init__(self, dim, hidden, layers):
        super().__init__()
        self.lstm = nn.LSTM(dim, hidden, layers, batch_first=True)
        self.output_proj = nn.Linear(hidden, dim)

    def forward(self, x):
        return self.output_proj(self.lstm(x)[0][:, -1])


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gru = nn.GRU(width, width, batch_first=True)
        self.norm = nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(x + self.gru(x)[0])


class GRU(nn.Module):
    def __init__(self, dim, width, layers):
        super().__init__()
        self.input_proj = nn.Linear(dim, width)
        self.blocks = nn.ModuleList([Block(width) for _ in range(layers)])
        self.output_proj = nn.Linear(width, dim)

    def forward(self, x):
        x = self.input_proj(x)
        for block in self.blocks:
            x = block(x)
        return self.output_proj(x[:, -1])


def numbers(tensor):
    return [float(f"{value:.9g}") for value in tensor.detach().reshape(-1).tolist()]


def case(architecture, dim, width, layers, ctx, batch):
    torch.manual_seed(7)
    network = {"lstm": LSTM, "gru": GRU}[architecture](dim, width, layers).double()
    with torch.no_grad():
        # General norms, and every number as the fixture will tell it.
        for parameter in network.parameters():
            parameter += 0.2 * torch.randn_like(parameter)
            parameter.copy_(torch.tensor(numbers(parameter)).reshape(parameter.shape))
    x = torch.tensor(numbers(torch.randn(batch, ctx, dim))).double().reshape(batch, ctx, dim).requires_grad_()
    gradient = torch.tensor(numbers(torch.randn(batch, dim))).double().reshape(batch, dim)
    output = network(x)
    output.backward(gradient)
    return {
        "architecture": architecture, "dim": dim, "width": width, "layers": layers, "ctx": ctx, "batch": batch,
        "parameters": {name: numbers(p) for name, p in network.named_parameters()},
        "contexts": numbers(x), "output_gradient": numbers(gradient), "output": numbers(output),
        "gradients": {name: numbers(p.grad) for name, p in network.named_parameters()},
        "context_gradient": numbers(x.grad),
    }


torch.set_default_dtype(torch.float64)
CASES = [case(architecture, dim, width, 2, ctx, batch) for architecture in ("lstm", "gru")
         for dim, width, ctx, batch in ((6, 5, 3, 4), (1, 3, 1, 2))]
with open(os.path.join(HERE, "recurrent.json"), "w") as file:
    file.write("[" + ",\n".join(json.dumps(entry) for entry in CASES) + "]\n")
