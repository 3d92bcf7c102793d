"""The memory plan as a picture: time (ops) to the right, addresses upwards, a box a tensor."""

import html

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 1000, 480, 80, 40, 130
_COLOURS = ("#8ecae6", "#ffd6a5", "#b7e4c7", "#cdb4db", "#ffafcc", "#e9edc9")
_SCRATCH = "#d0d0d0"


def draw(places, model_file, title):
    """places: Interpreter.places(). SVG text."""
    graph = model_file.subgraphs[0]
    boxes = [p for p in places if p.bytes > 0]
    top = max((p.offset + p.bytes for p in boxes), default=1)
    first = min((p.first for p in boxes), default=0)
    last = max((min(p.last, 1 << 15) for p in boxes), default=1)
    step = (_WIDTH - _LEFT) / (last - first + 1)
    body = [_text(_LEFT, 20, title, 14)]
    for i in range(5):
        value = top * i // 4
        y = _TOP + _HEIGHT - _HEIGHT * value / top
        body.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#eee"/>')
        body.append(_text(_LEFT - 6, y + 4, f"{value}", 11, "end"))
    for number, place in enumerate(boxes):
        until = min(place.last, last)
        x, width = _LEFT + (place.first - first) * step, (until - place.first + 1) * step
        height = _HEIGHT * place.bytes / top
        y = _TOP + _HEIGHT - _HEIGHT * (place.offset + place.bytes) / top
        name = _name(place, model_file)
        colour = _SCRATCH if place.tensor < 0 else _COLOURS[number % len(_COLOURS)]
        body.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{max(height, 0.5):.1f}" '
            f'fill="{colour}" stroke="#555" stroke-width="0.5"><title>'
            f"{html.escape(name)}: {place.bytes} bytes at {place.offset}</title></rect>"
        )
        if height > 12 and width > 40:
            short = name[: int(width / 6)]
            body.append(_text(x + 3, y + height / 2 + 4, short, 10))
    if len(model_file.subgraphs) == 1:
        body += [_op_name(op, first, step) for op in graph.operators]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH + 20}" '
        f'height="{_TOP + _HEIGHT + _BOTTOM}" font-family="sans-serif">\n'
        '<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(body) + "\n</svg>\n"
    )


def _name(place, model_file):
    if place.tensor < 0:
        return "scratch memory"
    tensor = model_file.subgraphs[place.subgraph].tensors[place.tensor]
    return f"{tensor.name} {tensor.type} {list(tensor.shape)}"


def _op_name(op, first, step):
    # Step 1 is the inputs', so op 0 has step 2.
    x, y = _LEFT + (op.index + 2 - first + 0.5) * step, _TOP + _HEIGHT + 8
    label = _text(0, 4, f"{op.index} {op.name}", min(11, max(4, int(step))))
    return f'<g transform="translate({x:.1f},{y:.1f}) rotate(60)">{label}</g>'


def _text(x, y, text, size, anchor="start"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}">'
        f"{html.escape(text)}</text>"
    )
