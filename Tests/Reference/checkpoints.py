#!/usr/bin/env python3
"""Makes Tests/Reference/checkpoints: weights as PyTorch and the safetensors package save them, and what is in them.

    checkpoints.py               makes the files
    checkpoints.py --load FILE   loads a transformer of model-init (dim 4, width 8, heads 2, layers 1) into PyTorch, strictly

Needs PyTorch and safetensors, which nothing else here does.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import nn

import networks

networks.DIM, networks.WIDTH, networks.HEADS, networks.LAYERS = 4, 8, 2, 1
FOLDER = pathlib.Path(__file__).parent / "checkpoints"


class LSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 6, 2, batch_first=True)
        self.output_proj = nn.Linear(6, 4)


def save(name, module, type, metadata=None):
    tensors = {key: value.to(type).contiguous() for key, value in module.state_dict().items()}
    save_file(tensors, FOLDER / f"{name}.safetensors", metadata=metadata)
    return {
        key: {"shape": list(value.shape), "values": [float(number) for number in value.flatten()[:4]]}
        for key, value in tensors.items()
    }


def load(path):
    tensors = {name: value for name, value in load_file(path).items() if not name.startswith("training.")}
    print(networks.Transformer().float().load_state_dict(tensors, strict=True))


def main():
    torch.manual_seed(5)
    FOLDER.mkdir(exist_ok=True)
    expected = {
        "transformer": save("transformer", networks.Transformer().float(), torch.float32),
        "lstm-bf16": save("lstm-bf16", LSTM(), torch.bfloat16, {"nextvec.context": "7", "author": "PyTorch"}),
        "lstm-f16": save("lstm-f16", LSTM(), torch.float16),
    }
    (FOLDER / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    load(sys.argv[2]) if sys.argv[1:2] == ["--load"] else main()
