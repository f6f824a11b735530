//! The map of the code: each rectangle is a file or a folder, its area is lines, its color a chosen figure.

use std::fmt::Write as _;

use crate::pages::view::text::{self, Html};

mod folder;
mod map;
mod squarify;

pub use folder::{Folder, MapFile};
use map::Map;
use squarify::Area;

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
        let mut map = Map::new(scale, links, size);
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
            map.into_svg()
        )
        .unwrap_or_default();
    }
    Html(html)
}

#[cfg(test)]
mod tests {
    use super::squarify::squarify;
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
        let files = paths.iter().map(|path| MapFile {
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
            paths.iter().map(|path| MapFile {
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
        let files = paths.iter().map(|path| MapFile {
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
