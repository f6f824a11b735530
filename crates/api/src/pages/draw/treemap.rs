//! The map of the code: each rectangle is a file or a folder, its area is lines, its color a chosen figure.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::pages::text::{self, Html};

/// A file of the map.
#[derive(Debug, Clone)]
pub struct File<'a> {
    pub path: &'a str,
    pub lines: u64,
    /// The chosen figure; `None`: it was not measured.
    pub value: Option<u64>,
}

/// The chosen figure: its name, and from which value each of the five colors is.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    pub name: &'static str,
    pub steps: [u64; 4],
}

impl Scale {
    /// 0 to 4; `x` where it was not measured.
    pub fn color(&self, value: Option<u64>) -> char {
        match value {
            None => 'x',
            Some(value) => {
                let step = self.steps.iter().filter(|from| value >= **from).count();
                char::from(b'0' + u8::try_from(step).unwrap_or(4))
            }
        }
    }

    /// The meaning of each color.
    pub fn ranges(&self) -> [String; 5] {
        let [a, b, c, d] = self.steps;
        let to = |from: u64, to: u64| {
            if from + 1 == to {
                from.to_string()
            } else {
                format!("{from} to {}", to - 1)
            }
        };
        [to(0, a), to(a, b), to(b, c), to(c, d), format!("{d} and more")]
    }
}

/// A folder with all that is below it.
#[derive(Debug, Default)]
pub struct Folder<'a> {
    pub name: String,
    pub path: String,
    pub folders: BTreeMap<&'a str, Folder<'a>>,
    pub files: Vec<(&'a str, File<'a>)>,
    pub lines: u64,
    pub count: u64,
    /// The highest value of its files.
    pub worst: Option<u64>,
}

impl<'a> Folder<'a> {
    /// The files below `root` (empty: all), chains of single folders as one.
    pub fn of(files: impl Iterator<Item = File<'a>>, root: &str) -> Self {
        let mut top = Self {
            name: root.to_owned(),
            path: root.to_owned(),
            ..Self::default()
        };
        for file in files {
            let below = match root.is_empty() {
                true => Some(file.path),
                false => file.path.strip_prefix(root).and_then(|rest| rest.strip_prefix('/')),
            };
            if let Some(below) = below {
                top.add(below, file);
            }
        }
        top.collapse();
        top
    }

    fn add(&mut self, mut rest: &'a str, file: File<'a>) {
        let mut folder = self;
        loop {
            folder.lines += file.lines;
            folder.count += 1;
            folder.worst = folder.worst.max(file.value);
            let Some((name, below)) = rest.split_once('/') else {
                folder.files.push((rest, file));
                return;
            };
            let path = match folder.path.as_str() {
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            folder = folder.folders.entry(name).or_insert_with(|| Folder {
                name: name.to_owned(),
                path,
                ..Folder::default()
            });
            rest = below;
        }
    }

    /// Folders of names that nest a thousand deep come from strangers too: this does not recurse along a chain.
    fn collapse(&mut self) {
        while self.files.is_empty() && self.folders.len() == 1 {
            let Some((_, only)) = self.folders.pop_first() else {
                return;
            };
            let name = match self.name.as_str() {
                "" => only.name,
                name => format!("{name}/{}", only.name),
            };
            *self = Folder { name, ..only };
        }
        for folder in self.folders.values_mut() {
            folder.collapse();
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Area {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

/// Rectangles for sizes that fall, as near to squares as can be; their areas add up to that of `area`.
fn squarify(sizes: &[f64], mut area: Area) -> Vec<Area> {
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

/// The longest form that fits into the width in pixels: the name, its stem, its beginning, or nothing.
fn fit(name: &str, width: f64) -> String {
    let room = ((width - 8.0) / 6.1).max(0.0) as usize;
    let length = name.chars().count();
    if length <= room {
        return name.to_owned();
    }
    if room < 7 {
        return String::new();
    }
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() && stem.chars().count() <= room => stem.to_owned(),
        _ => name.chars().take(room - 1).chain(['…']).collect(),
    }
}

/// Makes the addresses of links.
pub trait Links {
    fn file(&self, path: &str) -> Option<String>;
    fn folder(&self, path: &str) -> Option<String>;
}

/// One of the sizes in which a map is drawn.
struct Size {
    name: &'static str,
    width: f64,
    height: f64,
    /// Square pixels below which things are drawn together.
    smallest: f64,
    deepest: usize,
}

const SIZES: [Size; 3] = [
    Size {
        name: "only-wide",
        width: 1376.0,
        height: 600.0,
        smallest: 130.0,
        deepest: 4,
    },
    Size {
        name: "only-mid",
        width: 720.0,
        height: 600.0,
        smallest: 190.0,
        deepest: 3,
    },
    Size {
        name: "only-narrow",
        width: 344.0,
        height: 560.0,
        smallest: 330.0,
        deepest: 2,
    },
];

/// The map in all sizes, or in the widest alone; the style sheet shows the one that fits.
pub fn draw(folder: &Folder<'_>, scale: &Scale, links: &dyn Links, all_sizes: bool) -> Html {
    let mut html = String::new();
    let sizes = if all_sizes { &SIZES[..] } else { &SIZES[..1] };
    for size in sizes {
        let mut map = Map {
            scale,
            links,
            size,
            svg: String::new(),
        };
        let area = Area {
            x: 0.5,
            y: 0.5,
            width: size.width - 1.0,
            height: size.height - 1.0,
        };
        map.inside(folder, area, 0);
        let class = if all_sizes { size.name } else { "" };
        let id = size.name;
        write!(
            html,
            "<svg class=\"tm {class}\" viewBox=\"0 0 {} {}\" role=\"group\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">Map of the code</title><desc id=\"{id}-d\">{} with {}. Each rectangle is a file or a folder; its area is the number of lines, its color the {}. The table below has the same figures.</desc><defs><pattern id=\"{id}-hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0V6\"/></pattern></defs>{}</svg>",
            size.width,
            size.height,
            text::count(folder.count, "file"),
            text::count(folder.lines, "line"),
            scale.name,
            map.svg
        )
        .unwrap_or_default();
    }
    Html(html)
}

struct Map<'a> {
    scale: &'a Scale,
    links: &'a dyn Links,
    size: &'a Size,
    svg: String,
}

enum Item<'a, 'b> {
    Folder(&'b Folder<'a>),
    File(&'b str, &'b File<'a>),
}

impl Item<'_, '_> {
    fn lines(&self) -> u64 {
        match self {
            Self::Folder(folder) => folder.lines,
            Self::File(_, file) => file.lines,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Folder(folder) => &folder.name,
            Self::File(name, _) => name,
        }
    }

    fn count(&self) -> u64 {
        match self {
            Self::Folder(folder) => folder.count,
            Self::File(..) => 1,
        }
    }

    fn worst(&self) -> Option<u64> {
        match self {
            Self::Folder(folder) => folder.worst,
            Self::File(_, file) => file.value,
        }
    }
}

impl Map<'_> {
    fn inside(&mut self, folder: &Folder<'_>, area: Area, depth: usize) {
        let mut items: Vec<Item<'_, '_>> = folder.folders.values().map(Item::Folder).collect();
        items.extend(folder.files.iter().map(|(name, file)| Item::File(name, file)));
        items.sort_by(|a, b| b.lines().cmp(&a.lines()).then_with(|| a.name().cmp(b.name())));
        if items.is_empty() || area.width < 2.0 || area.height < 2.0 {
            return;
        }
        let scale = area.width * area.height / folder.lines.max(1) as f64;
        let mut big = items
            .iter()
            .filter(|item| item.lines() as f64 * scale >= self.size.smallest)
            .count();
        if items.len() - big == 1 {
            big = items.len();
        }
        let mut sizes: Vec<f64> = items[..big].iter().map(|item| item.lines().max(1) as f64).collect();
        let rest = &items[big..];
        let rest_lines: u64 = rest.iter().map(Item::lines).sum();
        if !rest.is_empty() {
            sizes.push(rest_lines.max(1) as f64);
        }
        // The rest has its place by its size, like the others.
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|a, b| sizes[*b].total_cmp(&sizes[*a]));
        let sorted: Vec<f64> = order.iter().map(|index| sizes[*index]).collect();
        for (index, area) in order.into_iter().zip(squarify(&sorted, area)) {
            match items[..big].get(index) {
                Some(Item::Folder(below)) => self.folder(below, area, depth),
                Some(Item::File(name, file)) => self.file(name, file, area),
                None => self.rest(folder, rest, rest_lines, area),
            }
        }
    }

    fn file(&mut self, name: &str, file: &File<'_>, area: Area) {
        let value = match file.value {
            Some(value) => format!("{} {}", self.scale.name, text::number(value)),
            None => format!("{} not measured", self.scale.name),
        };
        let title = format!(
            "{}: {}, {value}",
            text::plain(file.path),
            text::count(file.lines, "line")
        );
        let address = Some(area).filter(|area| area.height >= 15.0 && !fit(name, area.width).is_empty());
        let address = address.and_then(|_| self.links.file(file.path));
        if let Some(address) = &address {
            // A pointer can follow it; with the keyboard the table is the better way than hundreds of stops.
            write!(
                self.svg,
                "<a href=\"{}\" tabindex=\"-1\">",
                text::plain_address(address)
            )
            .unwrap_or_default();
        }
        self.cell(area, file.value, &title, name);
        if address.is_some() {
            self.svg.push_str("</a>");
        }
    }

    fn rest(&mut self, folder: &Folder<'_>, rest: &[Item<'_, '_>], lines: u64, area: Area) {
        let count: u64 = rest.iter().map(Item::count).sum();
        let worst = rest.iter().filter_map(Item::worst).max();
        let place = if folder.path.is_empty() {
            "the top"
        } else {
            &folder.path
        };
        let title = format!(
            "{} smaller ones of {}: {}",
            text::count(count, "file"),
            text::plain(place),
            text::count(lines, "line")
        );
        self.cell(area, worst, &title, &text::count(count, "file"));
    }

    fn folder(&mut self, folder: &Folder<'_>, area: Area, depth: usize) {
        const BAR: f64 = 16.0;
        let title = format!(
            "{}: {} in {}",
            text::plain(&folder.path),
            text::count(folder.lines, "line"),
            text::count(folder.count, "file")
        );
        let small = area.width < 44.0 || area.height < 34.0 || area.width * area.height < self.size.smallest * 6.0;
        if small || depth >= self.size.deepest {
            self.cell(area, folder.worst, &title, &format!("{}/", folder.name));
            return;
        }
        let figure = text::number(folder.lines);
        let name = fit(&folder.name, area.width);
        let both = folder.name.chars().count() as f64 * 6.6 + figure.len() as f64 * 6.4 + 20.0 < area.width;
        let address = self.links.folder(&folder.path);
        if let Some(address) = &address {
            write!(self.svg, "<a href=\"{}\">", text::plain_address(address)).unwrap_or_default();
        }
        write!(
            self.svg,
            "<rect class=\"dir hit\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{title}</title></rect><text class=\"dir-name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            area.x,
            area.y,
            area.width - 1.0,
            area.height - 1.0,
            area.x + 4.0,
            area.y + 12.0,
            text::plain(&name)
        )
        .unwrap_or_default();
        if both {
            write!(
                self.svg,
                "<text class=\"t-soft\" text-anchor=\"end\" x=\"{:.1}\" y=\"{:.1}\">{figure}</text>",
                area.x + area.width - 6.0,
                area.y + 12.0
            )
            .unwrap_or_default();
        }
        if address.is_some() {
            self.svg.push_str("</a>");
        }
        let inner = Area {
            x: area.x + 2.0,
            y: area.y + BAR,
            width: area.width - 4.0,
            height: area.height - BAR - 2.0,
        };
        self.inside(folder, inner, depth + 1);
    }

    fn cell(&mut self, area: Area, value: Option<u64>, title: &str, name: &str) {
        let color = self.scale.color(value);
        let hatch = if color == 'x' {
            format!(" fill=\"url(#{}-hatch)\"", self.size.name)
        } else {
            String::new()
        };
        write!(
            self.svg,
            "<rect class=\"h{color}\"{hatch} x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"><title>{title}</title></rect>",
            area.x,
            area.y,
            (area.width - 1.0).max(0.6),
            (area.height - 1.0).max(0.6)
        )
        .unwrap_or_default();
        let shown = fit(name, area.width);
        if shown.is_empty() || area.height < 15.0 {
            return;
        }
        write!(
            self.svg,
            "<text class=\"o{color}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            area.x + 4.0,
            area.y + 12.0,
            text::plain(&shown)
        )
        .unwrap_or_default();
        if let Some(value) = value.filter(|_| area.height >= 30.0) {
            write!(
                self.svg,
                "<text class=\"o{color} t-strong\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                area.x + 4.0,
                area.y + 26.0,
                text::number(value)
            )
            .unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: Scale = Scale {
        name: "complexity",
        steps: [6, 11, 21, 41],
    };

    struct NoLinks;

    impl Links for NoLinks {
        fn file(&self, path: &str) -> Option<String> {
            Some(format!("/f?path={path}"))
        }

        fn folder(&self, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn areas_are_in_proportion_and_fill_the_whole() {
        let sizes = [6.0, 6.0, 4.0, 3.0, 2.0, 2.0, 1.0];
        let whole = Area {
            x: 0.0,
            y: 0.0,
            width: 600.0,
            height: 400.0,
        };
        let areas = squarify(&sizes, whole);
        for (area, size) in areas.iter().zip(sizes) {
            assert!((area.width * area.height - size * 10_000.0).abs() < 1.0, "{area:?}");
            assert!(area.x >= -0.01 && area.x + area.width <= 600.01 && area.y + area.height <= 400.01);
        }
    }

    #[test]
    fn chains_of_single_folders_are_one() {
        let paths = [
            "src/main/java/a/One.java",
            "src/main/java/a/b/Two.java",
            "src/main/java/a/b/c/Three.java",
        ];
        let files = paths.iter().map(|path| File {
            path,
            lines: 10,
            value: Some(3),
        });
        let folder = Folder::of(files, "");
        assert_eq!(
            (folder.name.as_str(), folder.lines, folder.count),
            ("src/main/java/a", 30, 3)
        );
        let below = Folder::of(
            paths.iter().map(|path| File {
                path,
                lines: 10,
                value: None,
            }),
            "src/main/java/a/b",
        );
        assert_eq!((below.count, below.worst), (2, None));
        assert_eq!(Folder::of(std::iter::empty(), "x").count, 0);
    }

    #[test]
    fn names_of_strangers_are_only_names() {
        let deep = "d/".repeat(3_000) + "x.rs";
        let paths = [
            "<script>alert(1)</script>.js",
            "a\u{202e}b.js",
            "\"onload=\"x",
            deep.as_str(),
        ];
        let files = paths.iter().map(|path| File {
            path,
            lines: 1_000,
            value: None,
        });
        let Html(svg) = draw(&Folder::of(files, ""), &SCALE, &NoLinks, true);
        assert!(
            !svg.contains("<script") && !svg.contains('\u{202e}') && !svg.contains("\"onload"),
            "{svg}"
        );
        assert!(!svg.contains("NaN") && svg.contains("not measured"));
    }

    #[test]
    fn colors_have_meanings() {
        assert_eq!(SCALE.ranges()[0], "0 to 5");
        assert_eq!(SCALE.ranges()[4], "41 and more");
        for (value, color) in [
            (None, 'x'),
            (Some(0), '0'),
            (Some(6), '1'),
            (Some(40), '3'),
            (Some(99), '4'),
        ] {
            assert_eq!(SCALE.color(value), color);
        }
    }
}
