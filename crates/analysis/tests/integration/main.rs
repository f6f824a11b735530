//! The analysis of small repositories, from files to the report.

mod attributes;
mod calls;
mod cases;
mod chains;
mod checks;
mod dead;
mod delta_chains;
mod dependencies;
mod duplication;
mod grades;
mod graphs;
mod hotspots;
mod members;
mod modules;
mod project;
mod report;
mod repository;
mod rule_pages;
mod security;
mod sources;
mod threads;
mod unused_imports;
mod work;
