//! Where a fault can be put, and how: as text that is inserted, so that one fault may stand inside of another.

use std::collections::HashMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    BinOp, Expr, ExprBinary, ExprIf, ExprUnary, ExprWhile, ImplItemFn, ItemFn, ReturnType, Signature, Stmt,
    UnOp,
};

use crate::Result;

/// One fault.
#[derive(Debug, Clone)]
pub struct Site {
    /// `src/replay/log.rs evict: negate `...` #1`: stays the same when lines move.
    pub name: String,
    pub file: PathBuf,
    pub edits: Vec<Edit>,
}

/// What takes the place of some bytes, with `{n}` for the number of the fault.
#[derive(Debug, Clone)]
pub struct Edit {
    pub at: Range<usize>,
    pub text: String,
    /// At the same place the later one comes first.
    pub closes: bool,
}

/// All faults of the files below `src` whose path begins with `only`.
pub fn of_all(root: &Path, only: &str) -> Result<Vec<Site>> {
    let mut sites = Vec::new();
    for file in files(&root.join("src"))? {
        let path = file.strip_prefix(root)?.to_path_buf();
        let name = path.display().to_string();
        if name.starts_with(only) && !name.ends_with("_tests.rs") {
            let text = std::fs::read_to_string(&file)?;
            sites.extend(of_file(&path, &text)?);
        }
    }
    Ok(sites)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => found.extend(files(&path)?),
            false => found.push(path),
        }
    }
    found.sort();
    Ok(found)
}

fn of_file(path: &Path, text: &str) -> Result<Vec<Site>> {
    let mut finder = Finder { path, text, function: String::new(), sites: Vec::new(), seen: HashMap::new() };
    finder.visit_file(&syn::parse_file(text)?);
    Ok(finder.sites)
}

struct Finder<'t> {
    path: &'t Path,
    text: &'t str,
    function: String,
    sites: Vec<Site>,
    seen: HashMap<String, usize>,
}

impl Finder<'_> {
    fn add(&mut self, what: &str, span: Span, edits: Vec<Edit>) {
        let shown: String = self.text[span.byte_range()].split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = shown.chars().take(70).collect();
        let name = format!("{} {}: {what} `{shown}`", self.path.display(), self.function);
        let count = self.seen.entry(name.clone()).or_default();
        *count += 1;
        let name = format!("{name} #{count}");
        self.sites.push(Site { name, file: self.path.to_path_buf(), edits });
    }

    /// Puts an expression between two texts.
    fn around(&mut self, what: &str, span: Span, before: &str, after: &str) {
        let Range { start, end } = span.byte_range();
        let edits = vec![
            Edit { at: start..start, text: before.into(), closes: false },
            Edit { at: end..end, text: after.into(), closes: true },
        ];
        self.add(what, span, edits);
    }

    fn negate(&mut self, what: &str, span: Span) {
        self.around(what, span, "((", ") ^ crate::mutants::on({n}))");
    }

    /// A condition, which may be a chain that binds: such a one has conditions in it that can be turned, but is none.
    fn condition(&mut self, condition: &Expr) {
        match condition {
            Expr::Let(_) => {}
            Expr::Binary(both) if matches!(both.op, BinOp::And(_)) && holds_let(condition) => {}
            // Turned by itself below.
            Expr::Unary(ExprUnary { op: UnOp::Not(_), .. }) => {}
            Expr::Binary(both) if matches!(both.op, BinOp::Eq(_) | BinOp::Ne(_)) => {}
            _ => self.negate("negate", condition.span()),
        }
    }

    /// The whole function does nothing, or answers something else.
    fn function(&mut self, signature: &Signature, body: &syn::Block) {
        let answers: &[&str] = match &signature.output {
            ReturnType::Default => &[""],
            ReturnType::Type(_, kind) => match &self.text[kind.span().byte_range()] {
                "bool" => &["true", "false"],
                "usize" | "u64" | "u32" | "u8" => &["0", "1"],
                "Self"
                    if signature
                        .inputs
                        .iter()
                        .any(|it| matches!(it, syn::FnArg::Receiver(it) if it.reference.is_none())) =>
                {
                    &["self"]
                }
                kind if kind.starts_with("Option<") => &["None"],
                _ => &[],
            },
        };
        for answer in answers {
            let at = body.brace_token.span.open().byte_range().end;
            let text = format!(" if crate::mutants::on({{n}}) {{ return {answer}; }} ");
            let edit = Edit { at: at..at, text, closes: false };
            self.add(&format!("return {answer}"), signature.ident.span(), vec![edit]);
        }
    }

    fn inside(&mut self, signature: &Signature, body: &syn::Block, walk: impl FnOnce(&mut Self)) {
        // What the compiler may run cannot ask which fault is on.
        if signature.constness.is_some() {
            return;
        }
        let outer = std::mem::replace(&mut self.function, signature.ident.to_string());
        self.function(signature, body);
        walk(self);
        self.function = outer;
    }
}

fn holds_let(expression: &Expr) -> bool {
    match expression {
        Expr::Let(_) => true,
        Expr::Binary(both) => holds_let(&both.left) || holds_let(&both.right),
        _ => false,
    }
}

/// Whether the library with all its features does not have it.
fn is_left_out(attributes: &[syn::Attribute]) -> bool {
    let is_out = |list: String| list.contains("test") || list.starts_with("not (feature");
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute.meta.require_list().is_ok_and(|list| is_out(list.tokens.to_string())))
    })
}

/// Whether a user's build does not have it: a way around a fast path that only `benches/ablate` takes, or a counter for the tests.
fn is_not_there(expression: &Expr) -> bool {
    let tokens =
        |attribute: &syn::Attribute| attribute.meta.require_list().map(|list| list.tokens.to_string());
    let ablated = |attributes: &[syn::Attribute]| {
        attributes
            .iter()
            .filter_map(|attribute| tokens(attribute).ok())
            .any(|list| list.contains("sse_without"))
    };
    match expression {
        Expr::Return(it) => ablated(&it.attrs),
        Expr::Call(it) => {
            let Expr::Path(function) = &*it.func else { return false };
            let names: Vec<_> =
                function.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let counts_path = |argument: &Expr| matches!(argument, Expr::Path(path) if path.path.segments.first().is_some_and(|first| first.ident == "Path"));
            names == ["effort", "count"] || (names == ["take"] && it.args.first().is_some_and(counts_path))
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_left_out(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        if !is_left_out(&item.attrs) {
            self.inside(&item.sig, &item.block, |finder| visit::visit_block(finder, &item.block));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if !is_left_out(&item.attrs) {
            self.inside(&item.sig, &item.block, |finder| visit::visit_block(finder, &item.block));
        }
    }

    // What the compiler runs.
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}
    fn visit_item_static(&mut self, _: &'ast syn::ItemStatic) {}
    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_pat(&mut self, _: &'ast syn::Pat) {}

    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }

    fn visit_expr_if(&mut self, it: &'ast ExprIf) {
        self.condition(&it.cond);
        visit::visit_expr_if(self, it);
    }

    fn visit_expr_while(&mut self, it: &'ast ExprWhile) {
        self.condition(&it.cond);
        visit::visit_expr_while(self, it);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if let Some((_, guard)) = &arm.guard {
            self.condition(guard);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_unary(&mut self, it: &'ast ExprUnary) {
        if matches!(it.op, UnOp::Not(_)) {
            self.negate("negate", it.span());
        }
        visit::visit_expr_unary(self, it);
    }

    fn visit_expr_binary(&mut self, it: &'ast ExprBinary) {
        let named = |name: &str| {
            let (left, op, right) =
                (it.left.span().byte_range(), it.op.span().byte_range(), it.right.span().byte_range());
            vec![
                Edit {
                    at: left.start..left.start,
                    text: format!("crate::mutants::{name}({{n}}, "),
                    closes: false,
                },
                Edit { at: op, text: ",".into(), closes: false },
                Edit { at: right.end..right.end, text: ")".into(), closes: true },
            ]
        };
        match it.op {
            BinOp::Eq(_) | BinOp::Ne(_) => self.negate("negate", it.span()),
            BinOp::Lt(_) => self.add("<=", it.span(), named("less")),
            BinOp::Le(_) => self.add("<", it.span(), named("at_most")),
            BinOp::Gt(_) => self.add(">=", it.span(), named("more")),
            BinOp::Ge(_) => self.add(">", it.span(), named("at_least")),
            BinOp::Add(_) => self.add("-", it.span(), named("plus")),
            BinOp::Sub(_) => self.add("+", it.span(), named("minus")),
            BinOp::And(_) => {
                for side in [&it.left, &it.right].into_iter().filter(|side| !holds_let(side)) {
                    self.around("leave out", side.span(), "((", ") || crate::mutants::on({n}))");
                }
            }
            BinOp::Or(_) => {
                for side in [&it.left, &it.right] {
                    self.around("leave out", side.span(), "((", ") && !crate::mutants::on({n}))");
                }
            }
            _ => {}
        }
        visit::visit_expr_binary(self, it);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Expr(expression, Some(_)) = statement {
            if is_not_there(expression) {
                return;
            }
            let is_effect = match expression {
                Expr::MethodCall(_)
                | Expr::Call(_)
                | Expr::Assign(_)
                | Expr::Break(_)
                | Expr::Continue(_) => true,
                Expr::Return(_) => true,
                // `+=` and its like.
                Expr::Binary(both) => matches!(
                    both.op,
                    BinOp::AddAssign(_)
                        | BinOp::SubAssign(_)
                        | BinOp::BitOrAssign(_)
                        | BinOp::BitAndAssign(_)
                ),
                _ => false,
            };
            if is_effect {
                self.around("leave out", statement.span(), "if !crate::mutants::on({n}) { ", " }");
            }
        }
        visit::visit_stmt(self, statement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_user_has_is_left_alone() {
        let text =
            "fn f() { #[cfg(sse_without = \"f\")] return; effort::count(2); take(Path::Line); take(1); }";
        let names: Vec<_> =
            of_file(Path::new("a.rs"), text).unwrap().into_iter().map(|site| site.name).collect();
        assert_eq!(names[1..], ["a.rs f: leave out `take(1);` #1"], "{}", names[0]);
    }

    #[test]
    fn faults_stand_inside_of_each_other() {
        let text = "fn f(a: u8, b: u8) -> bool { if a < b && !g() { h(); } a == b }";
        let sites = of_file(Path::new("x.rs"), text).unwrap();
        let names: Vec<_> = sites.iter().map(|site| site.name.strip_prefix("x.rs f: ").unwrap()).collect();
        assert_eq!(
            names,
            [
                "return true `f` #1",
                "return false `f` #1",
                "negate `a < b && !g()` #1",
                "leave out `a < b` #1",
                "leave out `!g()` #1",
                "<= `a < b` #1",
                "negate `!g()` #1",
                "leave out `h();` #1",
                "negate `a == b` #1",
            ]
        );
        let numbered: Vec<_> = sites.iter().enumerate().collect();
        let written = crate::copy::with_edits(text, &numbered);
        syn::parse_file(&written).unwrap();
        for n in 0..sites.len() {
            assert_eq!(written.matches(&format!("({n}")).count(), 1, "{n}: {written}");
        }
    }

    #[test]
    fn what_the_compiler_runs_is_left_alone() {
        let text = "const fn f() -> bool { 1 < 2 } const A: bool = 1 < 2; #[cfg(test)] mod tests { fn g() { h(); } } #[cfg(not(feature = \"std\"))] fn k() { h(); }";
        assert!(of_file(Path::new("x.rs"), text).unwrap().is_empty());
    }
}
