# What the training peers share: the samples as salix's loader gives them, the loop over epochs, log and summary.
import json
import pathlib
import resource
import statistics
import time

import numpy as np
import torch
from PIL import Image

import draws

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def resized(path, mode, size, flip, how):
    image = Image.open(path).convert(mode).resize((size, size), how)
    return np.asarray(image.transpose(Image.FLIP_LEFT_RIGHT) if flip else image, dtype=np.float32)


def normalised(pixels):
    x = (pixels / np.float32(255)).astype(np.float64)
    return ((x - MEAN) / STD).astype(np.float32).transpose(2, 0, 1)


def load_image(path, size, flip):
    return normalised(resized(path, "RGB", size, flip, Image.BICUBIC))


def load_modality(path, size, flip):
    return (resized(path, "RGB", size, flip, Image.BICUBIC) / np.float32(255)).transpose(2, 0, 1)


def load_mask(path, size, flip):
    """Stretched to 0..1 after the resize; a constant mask becomes 0."""
    g = resized(path, "L", size, flip, Image.NEAREST).astype(np.float64)
    return ((g - g.min()) / (g.max() - g.min() + 1e-5)).astype(np.float32)[None]


def files_in(folder):
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png", ".bmp"))


def load(loader, paths, samples, epoch, args):
    """The files of `samples` through `loader` as one tensor, mirrored as salix mirrors them in this epoch."""
    images = np.stack([loader(paths[s], args.size, draws.flip(args.seed, epoch, s)) for s in samples])
    return torch.from_numpy(images).to(args.device)


def add_arguments(parser, epochs, lr):
    parser.add_argument("--weights", required=True)
    parser.add_argument("--images", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--same-batch", action="store_true", help="the first batch again and again")
    parser.add_argument("--lr", type=float, default=lr)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--total-steps", type=int, default=0, help="T of the learning rate; 0: those of all epochs")
    parser.add_argument("--steps", type=int, default=0, help="stop after so many; 0: all")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=("float32", "tf32", "bf16"), default="float32",
                        help="tf32: TF32 in convolutions and products; bf16: autocast of the network")
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--compile", action="store_true", help="the network through torch.compile")
    parser.add_argument("--json", action="store_true",
                        help="print median seconds (first steps apart), the fourth step's loss and peak memory")


def prepare_device(args):
    """Threads, and what cuDNN and cuBLAS may do."""
    torch.set_num_threads(args.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"


def autocast(args):
    """For the network; losses are computed in float32."""
    return torch.autocast(args.device.split(":")[0], torch.bfloat16, enabled=args.precision == "bf16")


def clock(args):
    """Seconds, when all work queued so far is done."""
    if args.device.startswith("cuda"):
        torch.cuda.synchronize(args.device)
    return time.perf_counter()


def decay(step, total_steps):
    """Of the learning rate at step 1, 2, ...: linearly to a fifth."""
    return (1 - step / total_steps) * 0.8 + 0.2


def rows_of(trainer, count, load_batch, args):
    """Yields a row after every step; writes the weights after every epoch."""
    batch = None
    # One batch again and again is one epoch, as in salix's benchmark: losses depend on the epoch.
    per_epoch = args.steps if args.same_batch and args.steps else count // args.batch
    for epoch in range(1, args.epochs + 1):
        order = draws.epoch_order(args.seed, epoch, count)
        for i in range(per_epoch):
            if batch is None or not args.same_batch:
                batch = load_batch(order[i * args.batch:(i + 1) * args.batch], epoch)
            yield trainer.step(batch, epoch)
            if trainer.done == args.steps:
                break
        if args.out:
            torch.save(trainer.model.state_dict(), args.out / "weights.pth")
        if trainer.done == args.steps:
            return


def run(trainer, count, load_batch, args):
    """Trains; steps.jsonl, weights.pth and the summary as the arguments say. A trainer has step(), model and done."""
    log = None
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        log = open(args.out / "steps.jsonl", "w", encoding="utf-8")
    rows = []
    for row in rows_of(trainer, count, load_batch, args):
        rows.append(row)
        if log:
            log.write(json.dumps(row) + "\n")
            log.flush()
        if not args.json:
            print(row, flush=True)
    if args.json:
        # The first steps fill caches: one on the CPU, three where plans and kernels are chosen, too.
        first = 3 if args.device.startswith("cuda") else 1
        summary = {"ms": 1e3 * statistics.median(r["seconds"] for r in rows[first:] or rows),
                   "loss": rows[min(3, len(rows) - 1)]["total"],
                   "peak_rss_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                   "torch": torch.__version__}
        if args.device.startswith("cuda"):
            summary["peak_device_mib"] = round(torch.cuda.max_memory_allocated(args.device) / 2**20, 1)
        print(json.dumps(summary))
