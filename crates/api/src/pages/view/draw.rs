//! Pictures, drawn here as SVG: colored by classes of the style sheet, so that they follow the theme. Each has its figures
//! as a table beside it.

pub mod graph;
pub mod months;
pub mod quadrant;
pub mod treemap;
pub mod trend;
