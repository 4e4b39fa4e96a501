import { createContext, runInContext } from "node:vm";
import * as glassEasel from "glass-easel";
import type { ProgramFiles } from "../../src/program.js";

interface TemplateNode {
  readonly is?: string;
  readonly class?: string;
  readonly textContent?: string;
  readonly childNodes?: readonly TemplateNode[];
}

/** What templates.js defines, and what it printed while it was read. */
export function readTemplates(files: ProgramFiles): {
  groups: Record<string, (name: string) => unknown>;
  printed: readonly string[];
} {
  const printed: string[] = [];
  let groups: Record<string, (name: string) => unknown> = {};
  const realm = createContext({
    console: { error: (text: unknown) => printed.push(String(text)) },
    __weappTemplates: (given: typeof groups) => {
      groups = given;
    },
  });
  runInContext(files.templates, realm);
  return { groups, printed };
}

/** Draws a unit's template with these data and without a browser: "<view.a>text</view>". */
export function render(files: ProgramFiles, path: string, data: Record<string, unknown> = {}): string {
  const { groups } = readTemplates(files);
  const space = new glassEasel.ComponentSpace();
  const definition = space
    .define()
    .template({ groupList: groups, content: groups[path] })
    .data(() => data as never)
    .registerComponent();
  const component = glassEasel.Component.createWithContext(
    "root",
    definition.general(),
    new glassEasel.EmptyBackendContext(),
  );
  return draw(component.shadowRoot as unknown as TemplateNode);
}

function draw(node: TemplateNode): string {
  if (node.textContent !== undefined) return node.textContent;
  const inner = (node.childNodes ?? []).map(draw).join("");
  if (!(node instanceof glassEasel.NativeNode)) return inner;
  const { is = "", class: classes = "" } = node as TemplateNode;
  return `<${[is, ...classes.split(/\s+/u).filter(Boolean)].join(".")}>${inner}</${is}>`;
}
