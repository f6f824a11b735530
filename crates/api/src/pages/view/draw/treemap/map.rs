//! Draws folders and files as nested rectangles.

use std::fmt::Write as _;

use super::squarify::{Area, squarify};
use super::{Folder, Links, MapFile, Scale, Size};
use crate::pages::view::text;

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

/// One drawing.
pub(super) struct Map<'a> {
    scale: &'a Scale,
    links: &'a dyn Links,
    size: &'a Size,
    svg: String,
}

/// A folder or a file, with its name.
enum Item<'a, 'b> {
    Folder(&'b Folder<'a>),
    File(&'b str, &'b MapFile<'a>),
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

impl<'a> Map<'a> {
    pub(super) fn new(scale: &'a Scale, links: &'a dyn Links, size: &'a Size) -> Self {
        Self {
            scale,
            links,
            size,
            svg: String::new(),
        }
    }

    pub(super) fn into_svg(self) -> String {
        self.svg
    }

    /// Draws what is in a folder.
    pub(super) fn inside(&mut self, folder: &Folder<'_>, area: Area, depth: usize) {
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

    fn file(&mut self, name: &str, file: &MapFile<'_>, area: Area) {
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
