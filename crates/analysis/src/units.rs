//! Counting both complexities while a syntax tree is walked, the same for every parser.
//!
//! A *unit* is a function whose complexity is reported. Units nest: a decision adds to the cyclomatic complexity of the
//! innermost unit only, and to the cognitive complexity of every unit around it, each with its own nesting: a nested
//! function is reported on its own and is part of the outer one, one level deeper (the white paper's rule).

use crate::facts::Function;

/// How cognitive complexity is counted. The product counts by the white paper, [`CognitiveRules::PAPER`]; tools differ
/// from it, each in its own way, and a comparison with one of them is only worth something under the rules of that tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CognitiveRules {
    /// `||` costs as `&&` does.
    pub or_counts: bool,
    /// A sequence of logical operators goes on through parentheses.
    pub through_parentheses: bool,
    pub recursion: Recursion,
    /// The contents of an `else` are a level deeper.
    pub else_nests: bool,
    /// A nested function costs only itself, and nesting begins anew in it.
    pub nested_apart: bool,
    /// A comprehension of Python is a loop.
    pub comprehensions: bool,
    /// The `else` of a Python loop or `try` costs one.
    pub loop_else: bool,
}

/// The cost of a recursive call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recursion {
    Free,
    /// One, however often.
    Once,
    /// One for each call by the bare name.
    EachCall,
}

impl CognitiveRules {
    pub const PAPER: Self = Self {
        or_counts: true,
        through_parentheses: true,
        recursion: Recursion::Once,
        else_nests: true,
        nested_apart: false,
        comprehensions: false,
        loop_else: true,
    };
    /// `eslint-plugin-sonarjs` 4.2.
    pub const SONARJS: Self = Self {
        or_counts: false,
        recursion: Recursion::Free,
        nested_apart: true,
        ..Self::PAPER
    };
    /// gocognit 1.2.
    pub const GOCOGNIT: Self = Self {
        through_parentheses: false,
        recursion: Recursion::EachCall,
        else_nests: false,
        ..Self::PAPER
    };
    /// complexipy 8.3.
    pub const COMPLEXIPY: Self = Self {
        comprehensions: true,
        loop_else: false,
        ..Self::PAPER
    };
}

impl Default for CognitiveRules {
    fn default() -> Self {
        Self::PAPER
    }
}

/// The units that are open, and those that are done.
#[derive(Debug, Default)]
pub struct Units {
    pub rules: CognitiveRules,
    /// A function that decides nothing itself only declares its contents (a module, a class before `class` existed), which
    /// are not a level deeper: the paper's exception for JavaScript.
    pub declaring_is_free: bool,
    open: Vec<Open>,
    done: Vec<Function>,
}

#[derive(Debug)]
struct Open {
    function: Function,
    /// The name without its class, to know a call of itself.
    own_name: Box<str>,
    /// Negative in a decorator, whose inner function is not a level deeper.
    nesting: i32,
    /// It has a structural increment of its own, not only in nested units.
    decides: bool,
    /// Structural increments in nested units: each of them costs one for standing deeper than this.
    deeper: u32,
    /// The cost of its recursive calls.
    recursion: u32,
    /// Its index in `done`: units are reported in the order they begin.
    slot: usize,
}

impl Open {
    fn depth(&self) -> u32 {
        u32::try_from(self.nesting).unwrap_or(0)
    }
}

impl Units {
    #[must_use]
    pub fn new(rules: CognitiveRules) -> Self {
        Self {
            rules,
            ..Self::default()
        }
    }

    /// The units that a cost inside of the innermost one falls to.
    fn charged(&mut self) -> &mut [Open] {
        let innermost = self.open.len().saturating_sub(1);
        let from = if self.rules.nested_apart { innermost } else { 0 };
        &mut self.open[from..]
    }

    /// Opens a unit. `own_name` is what a direct recursion would call.
    pub fn open(&mut self, name: &str, own_name: &str, line: u32, end_line: u32, parameters: usize) {
        if !self.rules.nested_apart {
            self.nest();
        }
        let parameters = u16::try_from(parameters).unwrap_or(u16::MAX);
        let function = Function {
            name: name.into(),
            line,
            end_line,
            cyclomatic: 1,
            cognitive: 0,
            own_cognitive: 0,
            parameters,
            nesting: 0,
        };
        self.open.push(Open {
            function,
            own_name: own_name.into(),
            nesting: 0,
            decides: false,
            deeper: 0,
            recursion: 0,
            slot: self.done.len(),
        });
        self.done.push(Function::default());
    }

    /// Closes the innermost unit.
    pub fn close(&mut self) {
        let Some(mut unit) = self.open.pop() else {
            return;
        };
        unit.function.cognitive = unit.function.cognitive.saturating_add(unit.recursion);
        unit.function.own_cognitive = unit.function.own_cognitive.saturating_add(unit.recursion);
        if self.declaring_is_free && !unit.decides {
            unit.function.cognitive -= unit.deeper;
        }
        self.done[unit.slot] = unit.function;
        if !self.rules.nested_apart {
            self.unnest();
        }
    }

    /// Closes the innermost unit; what decides nothing is no unit after all.
    pub fn close_if_it_decides(&mut self) {
        let Some(unit) = self.open.last() else { return };
        let (plain, slot) = (unit.function.cyclomatic == 1, unit.slot);
        self.close();
        if plain {
            self.done[slot].end_line = 0;
        }
    }

    /// Closes what is still open, and hands out all units in the order they begin.
    #[must_use]
    pub fn finish(mut self) -> Vec<Function> {
        while !self.open.is_empty() {
            self.close();
        }
        self.done.retain(|function| function.end_line > 0);
        self.done
    }

    #[must_use]
    pub fn is_inside(&self) -> bool {
        !self.open.is_empty()
    }

    /// How many units are open.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// A decision of the cyclomatic complexity.
    pub fn decide(&mut self, count: u32) {
        if let Some(unit) = self.open.last_mut() {
            unit.function.cyclomatic = unit.function.cyclomatic.saturating_add(count);
        }
    }

    /// The cyclomatic complexity of the innermost unit so far, for [`Units::set_decisions`].
    #[must_use]
    pub fn decisions(&self) -> u32 {
        self.open.last().map_or(1, |unit| unit.function.cyclomatic)
    }

    /// Takes back the decisions since [`Units::decisions`].
    pub fn set_decisions(&mut self, count: u32) {
        if let Some(unit) = self.open.last_mut() {
            unit.function.cyclomatic = count;
        }
    }

    /// A break of the linear flow that costs more on a deeper level.
    pub fn structural(&mut self) {
        if let Some((innermost, around)) = self.open.split_last_mut() {
            innermost.decides = true;
            for unit in around {
                unit.deeper += 1;
            }
        }
        for unit in self.charged() {
            unit.function.cognitive = unit.function.cognitive.saturating_add(1 + unit.depth());
        }
        if let Some(unit) = self.open.last_mut() {
            unit.function.own_cognitive = unit.function.own_cognitive.saturating_add(1 + unit.depth());
        }
    }

    /// A break of the linear flow that costs the same everywhere.
    pub fn flat(&mut self, count: u32) {
        for unit in self.charged() {
            unit.function.cognitive = unit.function.cognitive.saturating_add(count);
        }
        if let Some(unit) = self.open.last_mut() {
            unit.function.own_cognitive = unit.function.own_cognitive.saturating_add(count);
        }
    }

    /// Everything that follows, up to [`Units::unnest`], is one level deeper.
    pub fn nest(&mut self) {
        for unit in self.charged() {
            unit.nesting += 1;
            unit.function.nesting = unit
                .function
                .nesting
                .max(u16::try_from(unit.depth()).unwrap_or(u16::MAX));
        }
    }

    pub fn unnest(&mut self) {
        for unit in self.charged() {
            unit.nesting -= 1;
        }
    }

    /// A call of a function by its bare name, or of a method of the same object: direct recursion costs one, once.
    pub fn call(&mut self, name: &str) {
        let rule = self.rules.recursion;
        if let Some(unit) = self
            .open
            .iter_mut()
            .rev()
            .find(|unit| &*unit.own_name == name && !name.is_empty())
        {
            unit.recursion = match rule {
                Recursion::Free => 0,
                Recursion::Once => 1,
                Recursion::EachCall => unit.recursion.saturating_add(1),
            };
        }
    }
}

/// Runs of the same operator in a sequence of logical operators: `a && b && c || d` has two.
#[must_use]
pub fn runs<T: PartialEq>(operators: &[T]) -> u32 {
    let changes = operators.windows(2).filter(|pair| pair[0] != pair[1]).count();
    u32::try_from(changes + usize::from(!operators.is_empty())).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nested_unit_is_part_of_the_outer_one_a_level_deeper() {
        let mut units = Units::default();
        units.open("outer", "outer", 1, 9, 0);
        units.open("inner", "inner", 2, 5, 1);
        units.decide(1);
        units.structural();
        units.close();
        units.call("outer");
        let done = units.finish();
        assert_eq!(
            (done[0].cyclomatic, done[0].cognitive),
            (1, 3),
            "one and its nesting, and the recursion"
        );
        assert_eq!((done[1].cyclomatic, done[1].cognitive), (2, 1));
        assert_eq!(
            (done[0].own_cognitive, done[1].own_cognitive),
            (1, 1),
            "without those within it"
        );
    }

    #[test]
    fn runs_are_counted_by_changes() {
        assert_eq!(runs::<u8>(&[]), 0);
        assert_eq!(runs(&['a', 'a']), 1);
        assert_eq!(runs(&['o', 'a', 'o']), 3);
    }
}
