//! One input of the loader, and the file that keeps it: a scenario, what it extends, and the `--set` texts.

use std::path::Path;

use seedbed::scenario::{LoadOptions, Loaded, load, load_text};

/// Starts the parts of a kept input; no scenario has such a line by chance.
const PART: &str = "#### ";

/// What the loader is given.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Input {
    /// The scenario.
    pub text: String,
    /// Whether it is JSON.
    pub json: bool,
    /// The file `base.toml` beside it.
    pub base: Option<String>,
    /// The `--set` texts.
    pub set: Vec<String>,
}

impl Input {
    /// A scenario alone.
    pub fn plain(text: String) -> Input {
        Input { text, ..Input::default() }
    }

    fn name(&self) -> &'static str {
        if self.json { "input.json" } else { "input.toml" }
    }

    /// Loads it; `folder` is for those that need files.
    pub fn load(&self, folder: &Path) -> Loaded {
        let options = LoadOptions { root: None, set: self.set.clone() };
        let Some(base) = &self.base else { return load_text(self.name(), &self.text, &options) };
        let path = folder.join(self.name());
        std::fs::write(&path, &self.text).expect("the folder of a test can be written");
        std::fs::write(folder.join("base.toml"), base).expect("the folder of a test can be written");
        load(&path, &options)
    }

    /// The input as a file keeps it.
    pub fn kept(&self) -> String {
        let mut out = String::new();
        let mut part = |name: &str, text: &str| out.push_str(&format!("{PART}{name}\n{text}\n"));
        self.set.iter().for_each(|set| part("set", set));
        self.base.iter().for_each(|base| part("base.toml", base));
        part(self.name(), &self.text);
        out
    }

    /// The input in a text: in a kept file, or a scenario alone. `None` if it is neither.
    pub fn of_text(text: &str) -> Option<Input> {
        if text.starts_with(PART) {
            return Input::parse(text);
        }
        Some(Input { json: text.starts_with('{'), ..Input::plain(text.to_owned()) })
    }

    fn parse(kept: &str) -> Option<Input> {
        let mut input = Input::default();
        for part in kept.strip_prefix(PART)?.split(&format!("\n{PART}")) {
            let (name, text) = part.split_once('\n')?;
            let text = text.strip_suffix('\n').unwrap_or(text).to_owned();
            match name {
                "set" => input.set.push(text),
                "base.toml" => input.base = Some(text),
                "input.toml" | "input.json" => (input.json, input.text) = (name.ends_with("json"), text),
                _ => return None,
            }
        }
        Some(input)
    }
}

#[test]
fn a_kept_input_reads_back() {
    let whole = Input {
        text: "schema = 1\nextends = \"base.toml\"\n".to_owned(),
        json: false,
        base: Some("\nx".to_owned()),
        set: vec!["a=1".to_owned(), String::new()],
    };
    for input in [whole, Input::plain(String::new()), Input { json: true, ..Input::plain("{}".to_owned()) }] {
        assert_eq!(Input::of_text(&input.kept()).as_ref(), Some(&input), "{}", input.kept());
    }
}

#[test]
fn a_scenario_alone_is_an_input_and_a_part_without_a_name_is_none() {
    assert_eq!(Input::of_text("schema = 1"), Some(Input::plain("schema = 1".to_owned())));
    assert!(Input::of_text("{ \"schema\": 1 }").is_some_and(|input| input.json));
    assert_eq!(Input::of_text("#### poem\nx\n"), None);
}
