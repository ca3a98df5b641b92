"""The models as PyTorch trains and runs them: the peer of benchmarks/training.py and benchmarks/gates.py.

    python3 torch_peer.py train ARCH BATCH SECONDS eager|compile    windows per second of full training steps
    python3 torch_peer.py predict ARCH BATCH SECONDS eager          windows per second of inference
    python3 torch_peer.py product SIZE SECONDS                      multiply-adds per second of one large product
"""
import json
import math
import sys
import time

import torch
from torch import nn

DIM, CONTEXT, WIDTH = 768, 5, 512


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_proj = nn.Linear(DIM, WIDTH)
        position = torch.arange(100).unsqueeze(1).float()
        frequency = torch.exp(torch.arange(0, WIDTH, 2).float() * (-math.log(10000.0) / WIDTH))
        pe = torch.zeros(1, 100, WIDTH)
        pe[0, :, 0::2], pe[0, :, 1::2] = torch.sin(position * frequency), torch.cos(position * frequency)
        self.register_buffer("pe", pe)
        layer = nn.TransformerDecoderLayer(WIDTH, 8, 2048, 0.1, batch_first=True)
        self.transformer_decoder = nn.TransformerDecoder(layer, 4)
        self.head = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.LayerNorm(WIDTH), nn.Linear(WIDTH, DIM))
        self.register_buffer("mask", torch.triu(torch.ones(CONTEXT, CONTEXT, dtype=torch.bool), 1))

    def forward(self, c):
        x = self.input_proj(c) + self.pe[:, : c.size(1)]
        # Told that the masks are causal, PyTorch does not look, which torch.compile could not follow.
        y = self.transformer_decoder(
            x, x, tgt_mask=self.mask, memory_mask=self.mask, tgt_is_causal=True, memory_is_causal=True)
        return self.head(y[:, -1])


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(DIM, WIDTH, 2, batch_first=True, dropout=0.2)
        self.output_proj = nn.Linear(WIDTH, DIM)

    def forward(self, c):
        return self.output_proj(self.lstm(c)[0][:, -1])


class GRUBlock(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(WIDTH, WIDTH, batch_first=True)
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, x):
        return self.norm(x + self.gru(x)[0])


class GRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_proj = nn.Linear(DIM, WIDTH)
        self.blocks = nn.Sequential(*[GRUBlock() for _ in range(4)])
        self.output_proj = nn.Linear(WIDTH, DIM)

    def forward(self, c):
        return self.output_proj(self.blocks(self.input_proj(c))[:, -1])


class AMN(nn.Module):
    def __init__(self):
        super().__init__()
        self.context_encoder, self.query_encoder = nn.Linear(DIM, 256), nn.Linear(DIM, 256)
        self.residual_net = nn.Sequential(
            nn.Linear(2 * DIM, 512), nn.GELU(), nn.LayerNorm(512), nn.Linear(512, 256), nn.GELU(), nn.LayerNorm(256),
            nn.Linear(256, DIM))

    def forward(self, c):
        baseline = c.mean(1)
        scores = self.context_encoder(c) @ self.query_encoder(baseline).unsqueeze(2) / 16
        weighted = (torch.softmax(scores, 1) * c).sum(1)
        return baseline + self.residual_net(torch.cat([baseline, weighted], 1))


MODELS = {"transformer": Transformer, "lstm": LSTM, "gru": GRU, "amn": AMN}


def rate(step, seconds, per_step):
    """Steps for so many seconds, after three to warm up; what is done per second."""
    for _ in range(3):
        step()
    count, start = 0, time.perf_counter()
    while count < 3 or time.perf_counter() - start < seconds:
        step()
        count += 1
    return per_step * count / (time.perf_counter() - start)


def train(arch, batch, seconds, mode):
    model = MODELS[arch]()
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-4, weight_decay=0.01)
    forward = torch.compile(model) if mode == "compile" else model
    contexts, targets = torch.randn(batch, CONTEXT, DIM), torch.randn(batch, DIM)

    def step():
        optimizer.zero_grad()
        nn.functional.mse_loss(forward(contexts), targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()

    return rate(step, seconds, batch)


def predict(arch, batch, seconds):
    model, contexts = MODELS[arch]().eval(), torch.randn(batch, CONTEXT, DIM)
    with torch.inference_mode():
        return rate(lambda: model(contexts), seconds, batch)


def product(size, seconds):
    a, b = torch.randn(size, size), torch.randn(size, size)
    return rate(lambda: a @ b, seconds, size**3)


def main():
    what, *rest = sys.argv[1:]
    if what == "train":
        result = train(rest[0], int(rest[1]), float(rest[2]), rest[3])
    elif what == "predict":
        result = predict(rest[0], int(rest[1]), float(rest[2]))
    else:
        result = product(int(rest[0]), float(rest[1]))
    print(json.dumps({"rate": result, "threads": torch.get_num_threads()}))


if __name__ == "__main__":
    main()
