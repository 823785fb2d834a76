// Takes the types off one TypeScript file: its text comes on stdin, an answer in JSON goes to stdout. The arguments are
// the file's name, and the path of TypeScript's own library; without the latter Node's own stripper is used.
"use strict";
const [name, library] = process.argv.slice(1);
const text = require("node:fs").readFileSync(0, "utf8");

// The settings with which voxengine-ci compiles scenarios before it uploads them.
function byTypeScript(ts) {
  if (typeof ts.transpileModule !== "function") return { unable: `TypeScript ${ts.version} has no transpileModule` };
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
    fileName: name,
    reportDiagnostics: true,
    compilerOptions: { target: ts.ScriptTarget.ES2020, module: ts.ModuleKind.ES2015, alwaysStrict: false, sourceMap: true },
  });
  const [first] = diagnostics.filter((one) => one.file && one.category === ts.DiagnosticCategory.Error);
  if (first) {
    const { line, character } = first.file.getLineAndCharacterOfPosition(first.start);
    const message = ts.flattenDiagnosticMessageText(first.messageText, " ");
    return { wrong: { message, line: line + 1, column: character + 1 } };
  }
  return { text: outputText, map: JSON.parse(sourceMapText).mappings };
}

// Blanks in place of types where that is enough, so that nothing moves; else what TypeScript has of its own is compiled.
function byNode({ stripTypeScriptTypes }) {
  if (!stripTypeScriptTypes) return { unable: `Node ${process.versions.node} cannot take types off; 22.13 can` };
  try {
    return { text: stripTypeScriptTypes(text) };
  } catch (error) {
    try {
      return parted(stripTypeScriptTypes(text, { mode: "transform", sourceMap: true }));
    } catch (second) {
      return complaint(second.code === "ERR_INVALID_TYPESCRIPT_SYNTAX" ? second : error);
    }
  }
}

// Node writes its map in base 64 into the last line.
function parted(made) {
  const [all, map] = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]*)\s*$/.exec(made);
  return { text: made.slice(0, -all.length), map: JSON.parse(Buffer.from(map, "base64")).mappings };
}

// Node tells the place at the head of the stack: `:line`, the lines themselves, and carets below. Before 22.14 all stood
// in the message, the lines behind their numbers and the carets behind a colon.
function complaint(error) {
  if (!/^ERR_\w+_TYPESCRIPT_SYNTAX$/.test(error.code)) return { unable: String(error.message) };
  const [first, ...told] = String(error.message).split("\n");
  const head = told.length ? told : String(error.stack).split("\n\n")[0].split("\n");
  const at = head.findIndex((one) => /^ *:? *\^+ *$/.test(one));
  const before = /^ *: /.exec(head[at])?.[0].length ?? 0;
  const line = told.length ? /^ *(\d+) \|/.exec(head[at - 1]) : /:(\d+)$/.exec(head[0]);
  const message = first.replace(/^ *x +/, "");
  return { wrong: { message, line: line ? +line[1] : 0, column: at < 0 ? 0 : head[at].indexOf("^") - before + 1 } };
}

process.stdout.write(JSON.stringify(library ? byTypeScript(require(library)) : byNode(require("node:module"))));
