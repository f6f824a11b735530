//! The places of one layer, side by side.

/// Where something is in the drawing: a folder, or where a long line passes through a layer.
pub(super) type Vertex = usize;

const GAP: f64 = 28.0;

/// The width of a letter of a label in pixels, as the widest of the usual faces has it.
pub(super) fn advance(c: char) -> f64 {
    match c {
        'm' | 'w' => 10.0,
        'a'..='z' | '0'..='9' | '.' | '/' | '-' | '_' | ' ' => 6.6,
        c if c.is_ascii() => 10.0,
        _ => 13.0,
    }
}

/// Puts the places of a layer as near to where they want to be as their widths allow, in their order.
pub(super) fn spread(row: &[(f64, Vertex)], width: &[f64], x: &mut [f64]) {
    struct Block {
        places: Vec<(f64, Vertex)>,
        /// The distance of each place from the first one.
        offsets: Vec<f64>,
        start: f64,
    }
    let half = |place: Vertex| width[place] / 2.0;
    let mut blocks: Vec<Block> = Vec::new();
    for (want, place) in row {
        blocks.push(Block {
            places: vec![(*want, *place)],
            offsets: vec![0.0],
            start: *want,
        });
        while let [.., a, b] = blocks.as_slice() {
            let end = |block: &Block| {
                let last = block.places.len() - 1;
                block.start + block.offsets[last] + half(block.places[last].1)
            };
            if end(a) + GAP <= b.start - half(b.places[0].1) {
                break;
            }
            // Two blocks that touch move as one, to the mean of what their places want.
            let Some(b) = blocks.pop() else {
                break;
            };
            let Some(a) = blocks.last_mut() else {
                break;
            };
            let (last, first) = (a.places[a.places.len() - 1].1, b.places[0].1);
            let from = a.offsets[a.offsets.len() - 1] + half(last) + GAP + half(first);
            a.offsets.extend(b.offsets.iter().map(|offset| from + offset));
            a.places.extend(b.places);
            let sum: f64 = a
                .places
                .iter()
                .zip(&a.offsets)
                .map(|((want, _), offset)| want - offset)
                .sum();
            a.start = sum / a.places.len() as f64;
        }
    }
    for block in blocks {
        for ((_, place), offset) in block.places.iter().zip(&block.offsets) {
            x[*place] = block.start + offset;
        }
    }
}
