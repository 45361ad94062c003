# DHFR's clustering and segment-contrastive losses in PyTorch as published: matrices of rows x prototypes, their
# exponentials, masks and sums. Time and memory on the CPU, the peer of salix's RegionContrast.
import argparse
import json
import math
import resource
import statistics
import time

import torch
import torch.nn.functional as F

SIZE, LABELS, CLUSTERS, ROUNDS, DIVISOR, MARGIN = 56, 224, 6, 10, 2048, 0.5


def embedding(images, channels, phase):
    """The benchmark's maps, the formula of bench/train/region_contrast_bench.cpp: [N,56,56,C]."""
    n, y, x, c = torch.meshgrid(*(torch.arange(k, dtype=torch.float64) for k in (images, SIZE, SIZE, channels)), indexing="ij")
    return torch.sin(0.7 * c * c + (0.02 + 0.01 * (c % 5)) * y + (0.02 + 0.01 * (c % 7)) * x + n + phase).float()


def labels(images):
    """Semantic and instance labels at 224x224: scribbles of both classes, 49 regions."""
    y, x = torch.meshgrid(torch.arange(LABELS), torch.arange(LABELS), indexing="ij")
    semantic = torch.full((images, LABELS, LABELS), 2)
    for n in range(images):
        semantic[n][(y >= 96) & (y < 128) & (x >= 56 + 24 * n) & (x < 120 + 24 * n)] = 1
        semantic[n][(y >= 8) & (y < 16)] = 0
    return semantic, (1 + 7 * (y // 32) + x // 32).expand(images, -1, -1)


def place():
    along = torch.arange(SIZE) / (SIZE - 1) - 0.5
    return torch.stack(torch.meshgrid(along, along, indexing="ij"), -1).view(-1, 2)


def sums(rows, index, count):
    return torch.zeros(count, rows.shape[1]).index_add_(0, index, rows)


@torch.no_grad()
def clusters_of(z):
    cell = torch.round(torch.arange(SIZE) * (CLUSTERS - 1) / (SIZE - 1)).long()
    assignment = (cell[:, None] + CLUSTERS * cell[None]).reshape(-1)
    for _ in range(ROUNDS):
        centres = F.normalize(sums(z, assignment, CLUSTERS ** 2), dim=1)
        assignment = (z @ centres.t()).argmax(1)
    return assignment


def branch(map_, semantic, instance):
    """Unit rows, located rows, labels, segment ids, and the segments' labels and images."""
    images, channels = map_.shape[0], map_.shape[3]
    unit = F.normalize(map_.reshape(images, -1, channels), dim=2)
    located = F.normalize(torch.cat([unit, place().expand(images, -1, -1)], 2), dim=2)
    clusters = torch.stack([clusters_of(located[n].detach()) for n in range(images)])
    step = LABELS // SIZE
    combined = (semantic * DIVISOR + instance)[:, ::step, ::step].reshape(images, -1)
    image = torch.arange(images)[:, None].expand_as(combined)
    keys = (image * CLUSTERS ** 2 + clusters) * 256 * DIVISOR + combined
    found, ids = torch.unique(keys.reshape(-1), return_inverse=True)
    segment_label, segment_image = found % (256 * DIVISOR), found // (256 * DIVISOR * CLUSTERS ** 2)
    return {"unit": unit.reshape(-1, channels), "located": located.reshape(-1, channels + 2), "labels": combined.reshape(-1),
            "ids": ids, "count": len(found), "segment_label": segment_label, "segment_image": segment_image,
            "prototypes": F.normalize(sums(unit.reshape(-1, channels), ids, len(found)), dim=1),
            "prototypes_located": F.normalize(sums(located.reshape(-1, channels + 2), ids, len(found)), dim=1)}


def contrast(rows, row_class, own, prototypes, prototype_class, kappa):
    """Section 5.0: the own term is taken out by its index, as exact sums."""
    products = rows @ prototypes.t()
    same = row_class[:, None] == prototype_class[None]
    is_own = F.one_hot(own, len(prototypes)).bool()
    positive = torch.exp(kappa * (products - MARGIN))
    negative = torch.exp(kappa * products)
    others = (positive * (same & ~is_own)).sum(1)
    alone = (positive * is_own).sum(1)
    numerator = torch.where(others > 0, others, alone)
    return -torch.log(numerator / (numerator + (negative * ~same).sum(1))).mean()


def losses(plain, aug, semantic, instance, memory):
    both = [branch(plain, semantic, instance), branch(aug, semantic, instance)]
    rows = torch.cat([b["unit"] for b in both])
    row_class = torch.cat([b["labels"] for b in both]) // DIVISOR
    own = torch.cat([both[0]["ids"], both[1]["ids"] + both[0]["count"]])
    remembered = [part for k in (0, 1) for part in [m[k] for m in memory]]
    prototypes = torch.cat([b["prototypes"] for b in both] + [p for p, _ in remembered])
    prototype_class = torch.cat([b["segment_label"] // DIVISOR for b in both] + [c for _, c in remembered])
    keep_rows, keep = row_class < 2, prototype_class < 2
    place_of = torch.cumsum(keep.long(), 0) - 1
    annotation = contrast(rows[keep_rows], row_class[keep_rows], place_of[own[keep_rows]], prototypes[keep],
                          prototype_class[keep], 6.0)
    image = 0.0
    for b in both:
        pixels = SIZE * SIZE
        for n in range(plain.shape[0]):
            mine, part = b["segment_image"] == n, slice(n * pixels, (n + 1) * pixels)
            first = int(mine.nonzero()[0])
            image = image + contrast(b["located"][part], b["labels"][part] % DIVISOR, b["ids"][part] - first,
                                     b["prototypes_located"][mine], b["segment_label"][mine] % DIVISOR, 16.0) / plain.shape[0]
    entry = [(b["prototypes"].detach(), b["segment_label"] // DIVISOR) for b in both]
    return annotation, 0.1 * image, entry


def main():
    parser = argparse.ArgumentParser(description="DHFR's contrast, forward and backward, in PyTorch on the CPU, as JSON.")
    parser.add_argument("--images", type=int, default=4)
    parser.add_argument("--channels", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    plain = embedding(args.images, args.channels, 0.0).requires_grad_()
    aug = embedding(args.images, args.channels, 0.3).requires_grad_()
    semantic, instance = labels(args.images)
    before_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    memory, elapsed_ms, cpu_ms = [], [], []
    for _ in range(args.runs + 2):
        plain.grad = aug.grad = None
        start, cpu_start = time.perf_counter(), time.process_time()
        annotation, image, entry = losses(plain, aug, semantic, instance, memory)
        (annotation + image).backward()
        elapsed_ms.append(1e3 * (time.perf_counter() - start))
        cpu_ms.append(1e3 * (time.process_time() - cpu_start))
        memory = (memory + [entry])[-2:]
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    gradient = math.sqrt(plain.grad.double().pow(2).sum().item() + aug.grad.double().pow(2).sum().item())
    print(json.dumps({"ms": statistics.median(elapsed_ms[2:]), "cpu_ms": statistics.median(cpu_ms[2:]),
                      "annotation": annotation.item(), "image": image.item(), "gradient": gradient,
                      "peak_extra_mib": round(peak_mib - before_mib, 1)}))


if __name__ == "__main__":
    main()
