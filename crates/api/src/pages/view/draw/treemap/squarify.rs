//! Rectangles whose areas are in proportion to sizes.

#[derive(Debug, Clone, Copy)]
pub(super) struct Area {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Rectangles for sizes that fall, as near to squares as can be; their areas add up to that of `area`.
pub(super) fn squarify(sizes: &[f64], mut area: Area) -> Vec<Area> {
    let total: f64 = sizes.iter().sum();
    if total <= 0.0 {
        return Vec::new();
    }
    let scale = area.width * area.height / total;
    let areas: Vec<f64> = sizes.iter().map(|size| size * scale).collect();
    let mut out = Vec::with_capacity(areas.len());
    let mut from = 0;
    while from < areas.len() {
        let side = area.width.min(area.height).max(0.01);
        let (mut to, mut sum, mut best) = (from, 0.0, f64::INFINITY);
        while to < areas.len() {
            let new = sum + areas[to];
            let worst = (side * side * areas[from] / (new * new)).max(new * new / (side * side * areas[to].max(1e-9)));
            if worst > best {
                break;
            }
            (sum, best) = (new, worst);
            to += 1;
        }
        let thick = sum / side;
        let mut at = 0.0;
        for size in &areas[from..to] {
            let length = if thick > 0.0 { size / thick } else { 0.0 };
            out.push(if area.width < area.height {
                Area {
                    x: area.x + at,
                    y: area.y,
                    width: length,
                    height: thick,
                }
            } else {
                Area {
                    x: area.x,
                    y: area.y + at,
                    width: thick,
                    height: length,
                }
            });
            at += length;
        }
        if area.width < area.height {
            area.y += thick;
            area.height = (area.height - thick).max(0.0);
        } else {
            area.x += thick;
            area.width = (area.width - thick).max(0.0);
        }
        from = to;
    }
    out
}
