//! The modules of a crate, read from its sources: what each declares, what it imports, and which paths it writes.
//!
//! It is a small reader, not a compiler. It does not look into test code (`#[cfg(test)]`), as a test may use
//! anything, and it takes every name that is defined anywhere in a module, methods included, for an item of that
//! module.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::tokens::{Token, tokens};

/// A module: a file, or a `mod name { .. }` in one.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Of a file, relative to the root of the sources.
    pub(crate) file: PathBuf,
    pub(crate) parent: Option<usize>,
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) defines: BTreeSet<String>,
    /// What a `use` gives a name to.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
    /// What a `use` ends in `*` after.
    pub(crate) globs: Vec<Vec<String>>,
    /// Every path of two names or more: those of `use`, and those in code.
    pub(crate) paths: Vec<UsedPath>,
}

#[derive(Debug)]
pub(crate) struct UsedPath {
    pub(crate) names: Vec<String>,
    /// Whether it stands in a `pub use`, or a `pub(..) use`.
    pub(crate) is_reexport: bool,
    /// Whether it ends in `*`.
    pub(crate) is_glob: bool,
}

/// All modules of the crate whose sources are here. The first is the crate itself.
pub(crate) fn modules(sources: &Path) -> Vec<Module> {
    let root = ["lib.rs", "main.rs"].into_iter().find(|file| sources.join(file).exists());
    let mut modules = vec![Module { file: root.expect("a crate has a root").into(), ..Module::default() }];
    read_file(sources, 0, &mut modules);
    modules
}

fn read_file(sources: &Path, module: usize, modules: &mut Vec<Module>) {
    let file = modules[module].file.clone();
    let source = fs::read_to_string(sources.join(&file)).expect("the file can be read");
    let tokens = tokens(&source);
    let is_root = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| file.ends_with(name));
    let children_in = if is_root { file.with_file_name("") } else { file.with_extension("") };
    let mut reader = Reader { sources, tokens: &tokens, at: 0, modules };
    reader.read(module, &children_in);
    assert_eq!(reader.at, tokens.len(), "{} is read to its end", file.display());
}

struct Reader<'a> {
    sources: &'a Path,
    tokens: &'a [Token],
    at: usize,
    modules: &'a mut Vec<Module>,
}

impl Reader<'_> {
    /// Reads up to the brace that closes this module, or to the end.
    fn read(&mut self, module: usize, children_in: &Path) {
        let mut depth = 0;
        let mut path_attribute = None;
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Punct('{') => depth += 1,
                Token::Punct('}') if depth == 0 => return,
                Token::Punct('}') => depth -= 1,
                Token::Punct('#') if self.is_test_only() => {
                    self.skip_item();
                    continue;
                }
                Token::Punct('#') => path_attribute = self.path_attribute().or(path_attribute),
                Token::Word(word) if word == "use" && !self.is_next(1, '<') => {
                    self.read_use(module);
                    continue;
                }
                Token::Word(word) if word == "mod" && self.word_at(self.at + 1).is_some() => {
                    self.read_module(module, children_in, path_attribute.take());
                    continue;
                }
                Token::Word(word) if is_definition(word) => {
                    // `macro_rules! name`
                    let name = self.at + 1 + usize::from(self.is_next(1, '!'));
                    let name = self.word_at(name).map(str::to_owned);
                    self.modules[module].defines.extend(name);
                }
                Token::Word(_) => {
                    self.read_path(module);
                    continue;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn word_at(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.word()
    }

    fn is_next(&self, offset: usize, punct: char) -> bool {
        self.tokens.get(self.at + offset).is_some_and(|token| token.is(punct))
    }

    /// `#[cfg(test)]`, or `#[cfg(all(test, ..))]`
    fn is_test_only(&self) -> bool {
        let words: Vec<_> = self.tokens[self.at..].iter().take(7).filter_map(Token::word).collect();
        self.is_next(1, '[')
            && (words.starts_with(&["cfg", "test"]) || words.starts_with(&["cfg", "all", "test"]))
    }

    /// `#[path = ".."]`
    fn path_attribute(&self) -> Option<String> {
        match self.tokens.get(self.at + 4) {
            Some(Token::Text(path)) if self.word_at(self.at + 2) == Some("path") => Some(path.clone()),
            _ => None,
        }
    }

    /// Skips attributes and the item after them: up to its `;`, or the end of its braces.
    fn skip_item(&mut self) {
        while self.is_next(0, '#') {
            self.at += 1;
            self.skip_group();
        }
        // `use a::{b};`: there, the braces are not the end.
        let mut head = self.tokens[self.at..].iter().take_while(|token| !token.is('{') && !token.is(';'));
        let is_use = head.any(|token| token.word() == Some("use"));
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Punct(';') => break,
                Token::Punct('{') if !is_use => {
                    self.skip_group();
                    return;
                }
                Token::Punct('{' | '(' | '[') => self.skip_group(),
                _ => self.at += 1,
            }
        }
        self.at += 1;
    }

    /// Skips what is in brackets, and the brackets.
    fn skip_group(&mut self) {
        let mut depth = 0;
        while let Some(token) = self.tokens.get(self.at) {
            match token {
                Token::Punct('{' | '(' | '[') => depth += 1,
                Token::Punct('}' | ')' | ']') => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// `mod name;`, or `mod name { .. }`
    fn read_module(&mut self, parent: usize, children_in: &Path, path_attribute: Option<String>) {
        let Some(name) = self.word_at(self.at + 1).map(str::to_owned) else { return };
        self.at += 2;
        if self.is_next(0, '{') {
            let file = self.modules[parent].file.clone();
            let child = self.add(parent, name.clone(), file);
            self.at += 1;
            self.read(child, &children_in.join(name));
            // Its closing brace, at which the reading of the parent would end.
            self.at += 1;
            return;
        }
        let file = if let Some(path) = path_attribute {
            self.modules[parent].file.with_file_name(path)
        } else {
            let file = children_in.join(format!("{name}.rs"));
            if self.sources.join(&file).exists() { file } else { children_in.join(&name).join("mod.rs") }
        };
        if self.sources.join(&file).exists() {
            let child = self.add(parent, name, file);
            read_file(self.sources, child, self.modules);
        }
    }

    fn add(&mut self, parent: usize, name: String, file: PathBuf) -> usize {
        let child = self.modules.len();
        self.modules.push(Module { file, parent: Some(parent), ..Module::default() });
        self.modules[parent].children.insert(name, child);
        child
    }

    /// A path in code: `a::b::c`, where it begins with a name.
    fn read_path(&mut self, module: usize) {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        // `::a::b` is another crate's, `.a` a field or a method, `#a::b` is put in by a macro.
        let is_start =
            !before.is_some_and(|token| *token == Token::PathSep || token.is('.') || token.is('#'));
        let mut names = vec![self.word_at(self.at).unwrap_or_default().to_owned()];
        self.at += 1;
        while self.tokens.get(self.at) == Some(&Token::PathSep)
            && let Some(name) = self.word_at(self.at + 1)
        {
            names.push(name.to_owned());
            self.at += 2;
        }
        if is_start && names.len() > 1 {
            self.modules[module].paths.push(UsedPath { names, is_reexport: false, is_glob: false });
        }
    }

    /// `use a::{b, c::*, d as e};`
    fn read_use(&mut self, module: usize) {
        let before = self.at.checked_sub(1).and_then(|before| self.tokens.get(before));
        let is_reexport = before.is_some_and(|token| token.word() == Some("pub") || token.is(')'));
        self.at += 1;
        if self.tokens.get(self.at) == Some(&Token::PathSep) {
            while !self.is_next(0, ';') && self.at < self.tokens.len() {
                self.at += 1;
            }
            return;
        }
        self.read_use_tree(module, &[], is_reexport);
    }

    fn read_use_tree(&mut self, module: usize, prefix: &[String], is_reexport: bool) {
        let mut names = prefix.to_vec();
        loop {
            match self.tokens.get(self.at) {
                Some(Token::Word(word)) => {
                    names.push(word.clone());
                    self.at += 1;
                }
                Some(Token::PathSep) => self.at += 1,
                Some(Token::Punct('*')) => {
                    self.at += 1;
                    let module = &mut self.modules[module];
                    module.globs.push(names.clone());
                    module.paths.push(UsedPath { names, is_reexport, is_glob: true });
                    return;
                }
                Some(Token::Punct('{')) => {
                    self.at += 1;
                    while !self.is_next(0, '}') && self.at < self.tokens.len() {
                        self.read_use_tree(module, &names, is_reexport);
                        self.at += usize::from(self.is_next(0, ','));
                    }
                    self.at += 1;
                    return;
                }
                _ => break,
            }
            if self.word_at(self.at) == Some("as") {
                let alias = self.word_at(self.at + 1).unwrap_or("_").to_owned();
                self.at += 2;
                self.import(module, alias, names, is_reexport);
                return;
            }
        }
        if names.len() > 1 && names.last().is_some_and(|last| last == "self") {
            names.pop();
        }
        let name = names.last().cloned().unwrap_or_default();
        self.import(module, name, names, is_reexport);
    }

    fn import(&mut self, module: usize, name: String, names: Vec<String>, is_reexport: bool) {
        let module = &mut self.modules[module];
        if name != "_" {
            module.imports.insert(name, names.clone());
        }
        module.paths.push(UsedPath { names, is_reexport, is_glob: false });
    }
}

/// Whether an item's name follows this keyword.
fn is_definition(word: &str) -> bool {
    ["struct", "enum", "union", "trait", "fn", "type", "const", "static", "macro_rules"].contains(&word)
}
