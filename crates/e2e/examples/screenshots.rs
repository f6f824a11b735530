//! Pictures of the pages in both themes and at three widths, of a running service: `scripts/screenshots`.

#![expect(clippy::print_stdout, reason = "it reports which files it wrote")]

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use repolens_e2e::browser::Browser;

const WIDTHS: [u32; 3] = [360, 768, 1_440];

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut arguments = std::env::args().skip(1).peekable();
    let of_readme = arguments.next_if(|first| first == "--readme").is_some();
    let (Some(service), Some(folder)) = (arguments.next(), arguments.next()) else {
        panic!("usage: screenshots [--readme] SERVICE FOLDER [PATH]...");
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let browser = Browser::start().await;
    if of_readme {
        let scan = arguments.next().expect("the path of a report");
        return pictures_of_the_readme(&browser, &format!("{service}{scan}"), &folder).await;
    }
    for path in arguments {
        let name = path
            .trim_matches('/')
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        let name = if name.is_empty() { "home".to_owned() } else { name };
        for scheme in ["light", "dark"] {
            browser.prefer(scheme, "screen").await;
            for width in WIDTHS {
                browser.resize(width, 900).await;
                browser.visit(&format!("{service}{path}")).await;
                let picture = STANDARD.decode(browser.picture(true).await).expect("base64");
                let file = folder.join(format!("{name}-{width}-{scheme}.png"));
                std::fs::write(&file, picture).expect("the folder can be written");
                println!("{}", file.display());
            }
        }
        for message in browser.console().await {
            println!("{path}: console: {message}");
        }
    }
}

/// The pictures that the README shows: what a window shows of a page, without what is below.
async fn pictures_of_the_readme(browser: &Browser, report: &str, folder: &Path) {
    let pictures = [
        ("overview", "", "light", (1_280, 880)),
        ("code-map", "/code", "dark", (1_280, 760)),
    ];
    for (name, tab, scheme, (width, height)) in pictures {
        browser.prefer(scheme, "screen").await;
        browser.resize(width, height).await;
        browser.visit(&format!("{report}{tab}")).await;
        let picture = STANDARD.decode(browser.picture(false).await).expect("base64");
        let file = folder.join(format!("{name}.png"));
        std::fs::write(&file, picture).expect("the folder can be written");
        println!("{}", file.display());
    }
}
