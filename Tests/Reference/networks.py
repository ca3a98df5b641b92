#!/usr/bin/env python3
"""Makes Tests/Reference/networks/*.json: what PyTorch computes for small networks of every architecture.

Needs PyTorch, which nothing else here does. Each file holds the configuration, the parameters under their names in a
state_dict, contexts (windows, context, dim), weights R of the outputs, the outputs, and the gradients of sum(output * R)
by every parameter and by the contexts. All in double precision, without dropout. Numbers stand in one text, separated by
spaces: JSON that is read value by value takes a debug build seconds.
"""

import json
import math
import pathlib

import torch
from torch import nn

DIM, CONTEXT, WIDTH, HIDDEN, HEADS, LAYERS, WINDOWS = 6, 3, 8, 10, 2, 2, 4
FOLDER = pathlib.Path(__file__).parent / "networks"


def unit(x):
    return x / x.norm(dim=-1, keepdim=True).clamp(min=1e-8)


class Sinusoids(nn.Module):
    def __init__(self, width, count=100):
        super().__init__()
        position = torch.arange(count).unsqueeze(1).double()
        frequency = torch.exp(torch.arange(0, width, 2).double() * (-math.log(10000.0) / width))
        pe = torch.zeros(1, count, width)
        pe[0, :, 0::2] = torch.sin(position * frequency)
        pe[0, :, 1::2] = torch.cos(position * frequency)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


def ranker_head(inputs, width, dim):
    return nn.Sequential(nn.Linear(inputs, width), nn.ReLU(), nn.LayerNorm(width), nn.Linear(width, dim))


def mask(n):
    return torch.triu(torch.full((n, n), float("-inf")), diagonal=1)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_proj = nn.Linear(DIM, WIDTH)
        self.pos_encoder = Sinusoids(WIDTH)
        layer = nn.TransformerDecoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True)
        self.transformer_decoder = nn.TransformerDecoder(layer, LAYERS)
        self.head = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, DIM))

    def forward(self, c):
        x = self.pos_encoder(self.input_proj(c))
        n = c.size(1)
        y = self.transformer_decoder(x, x, tgt_mask=mask(n), memory_mask=mask(n))
        return self.head(y[:, -1])


class Anchored(nn.Module):
    """The ranker's output, drawn to the mean of the context."""

    def __init__(self):
        super().__init__()
        # 0.6 + 0.3 sigmoid(l) = 0.8.
        self.anchor_lambda_logit = nn.Parameter(torch.tensor(math.log(2.0)))

    def anchored(self, p, c):
        share = 0.6 + 0.3 * torch.sigmoid(self.anchor_lambda_logit)
        return unit(share * unit(p) + (1 - share) * unit(c.mean(1)))


class RankerTransformer(Anchored):
    def __init__(self):
        super().__init__()
        self.register_buffer("pos_encoder", torch.zeros(1, 100, WIDTH))
        self.input_proj = nn.Linear(DIM, WIDTH)
        layer = nn.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True)
        self.transformer = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.head = ranker_head(WIDTH, WIDTH, DIM)

    def forward(self, c):
        x = self.input_proj(c) + self.pos_encoder[:, : c.size(1)]
        return self.anchored(self.head(self.transformer(x)[:, -1]), c)


class RankerLSTM(Anchored):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(DIM, HIDDEN, LAYERS, batch_first=True)
        self.head = ranker_head(HIDDEN, HIDDEN, DIM)

    def forward(self, c):
        return self.anchored(self.head(self.lstm(c)[0][:, -1]), c)


class MixtureTransformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.pos_encoder = nn.Parameter(torch.randn(1, CONTEXT, WIDTH) * 0.02)
        self.input_proj = nn.Linear(DIM, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
        )
        self.transformer = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.context_attention = nn.Sequential(
            nn.Linear(WIDTH, WIDTH // 2), nn.GELU(), nn.Dropout(0.0), nn.Linear(WIDTH // 2, CONTEXT)
        )

    def forward(self, c):
        x = self.transformer(self.input_proj(c) + self.pos_encoder)
        share = self.context_attention(x[:, -1]).softmax(-1)
        return unit((share.unsqueeze(-1) * c).sum(1))


class MixtureLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(DIM, HIDDEN, LAYERS, batch_first=True)
        self.context_attention = nn.Sequential(
            nn.Linear(HIDDEN, HIDDEN // 2), nn.ReLU(), nn.Dropout(0.0), nn.Linear(HIDDEN // 2, CONTEXT)
        )

    def forward(self, c):
        share = self.context_attention(self.lstm(c)[0][:, -1]).softmax(-1)
        return unit((share.unsqueeze(-1) * c).sum(1))


class AttentionMixture(nn.Module):
    def __init__(self):
        super().__init__()
        self.context_encoder = nn.Linear(DIM, 256)
        self.query_encoder = nn.Linear(DIM, 256)
        self.residual_net = nn.Sequential(
            nn.Linear(2 * DIM, HIDDEN), nn.GELU(), nn.LayerNorm(HIDDEN), nn.Linear(HIDDEN, 256), nn.GELU(),
            nn.LayerNorm(256), nn.Linear(256, DIM),
        )

    def forward(self, c):
        baseline = c.mean(1)
        scores = (self.query_encoder(baseline).unsqueeze(1) * self.context_encoder(c)).sum(-1) / math.sqrt(256)
        weighted = (scores.softmax(-1).unsqueeze(-1) * c).sum(1)
        return baseline + self.residual_net(torch.cat([baseline, weighted], -1))


class Ridge(nn.Module):
    def __init__(self):
        super().__init__()
        linear = nn.Linear(CONTEXT * DIM, DIM)
        self.weight, self.bias = linear.weight, linear.bias

    def forward(self, c):
        return c.flatten(1) @ self.weight.T + self.bias


class Residual(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.alpha = nn.Parameter(torch.tensor(0.5))
        self.base = base

    def forward(self, c):
        return unit(unit(c[:, -1]) + self.alpha * unit(self.base(c)))


class MLP(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(CONTEXT * DIM, HIDDEN), nn.GELU(), nn.Dropout(0.0), nn.Linear(HIDDEN, DIM))

    def forward(self, c):
        return self.net(c.flatten(1))


class MeanResidual(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.slots = nn.Parameter(torch.full((CONTEXT,), 1 / CONTEXT))
        self.alpha = nn.Parameter(torch.tensor(1.0))
        self.base = base

    def forward(self, c):
        return torch.einsum("t,btd->bd", self.slots, c) + self.alpha * self.base(c)


def listed(tensors):
    return {
        name: {"shape": list(t.shape), "values": " ".join(f"{v:.10g}" for v in t.detach().flatten().tolist())}
        for name, t in tensors.items()
    }


def write(name, architecture, model, residual=False):
    torch.manual_seed(11)
    with torch.no_grad():
        for parameter in model.parameters():
            # Beginnings are too regular: norms of ones hide a missing weight.
            parameter += 0.1 * torch.randn_like(parameter)
            parameter.copy_((parameter * 1e6).round() / 1e6)
    c = (torch.randn(WINDOWS, CONTEXT, DIM) * 1e6).round() / 1e6
    c.requires_grad_()
    weights = (torch.randn(WINDOWS, DIM) * 1e6).round() / 1e6
    output = model(c)
    (output * weights).sum().backward()
    gradients = {n: p.grad for n, p in model.named_parameters()}
    record = {
        "configuration": {
            "arch": architecture, "dim": DIM, "context": CONTEXT, "width": WIDTH, "hidden": HIDDEN, "heads": HEADS,
            "layers": LAYERS, "residual": residual,
        },
        "parameters": listed(
            {n: t for n, t in model.state_dict().items() if n != "pos_encoder.pe"}),
        "contexts": listed({"c": c})["c"],
        "weights": listed({"r": weights})["r"],
        "output": listed({"p": output})["p"],
        "gradients": listed(gradients),
        "contextGradient": listed({"c": c.grad})["c"],
    }
    (FOLDER / f"{name}.json").write_text(json.dumps(record, separators=(",", ":")) + "\n")
    print(name, sum(p.numel() for p in model.parameters()))


def main():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(7)
    FOLDER.mkdir(exist_ok=True)
    write("transformer", "transformer", Transformer().train())
    write("ranker-transformer", "ranker-transformer", RankerTransformer().train())
    write("ranker-lstm", "ranker-lstm", RankerLSTM().train())
    write("mixture-transformer", "mixture-transformer", MixtureTransformer().train())
    write("mixture-lstm", "mixture-lstm", MixtureLSTM().train())
    write("amn", "amn", AttentionMixture().train())
    write("ridge", "ridge", Ridge().train())
    write("residual-ridge", "ridge", Residual(Ridge()).train(), residual=True)
    write("mlp", "mlp", MLP().train())
    write("mean-residual-mlp", "mlp", MeanResidual(MLP()).train(), residual="mean")


if __name__ == "__main__":
    main()
