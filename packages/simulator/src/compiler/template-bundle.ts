import glassEaselTemplateCompiler from "glass-easel-template-compiler";
import { HIDDEN_NAMES } from "../module-scope.js";
import type { TemplateGraph } from "./template-graph.js";

/**
 * templates.js: one call of `__weappTemplates` with every template group. A group's text is evaluated when it is first
 * drawn and not before, so that a large program starts with what it shows.
 */
export function bundleTemplates(graph: TemplateGraph): string {
  const parts: string[] = [
    `(function(){var G={},${HIDDEN_NAMES.join(",")};`,
    templateRuntime(),
    WXS_RUNTIME,
    LAZY_GROUPS,
  ];
  for (const [path, script] of graph.scripts) {
    const name = JSON.stringify(path);
    const group = JSON.stringify(path.replace(/\.wxs$/u, ""));
    parts.push(`R[${group}]=D(${name},(require,exports,module)=>{${script?.code ?? ""}\n});`);
  }
  for (const { path, code } of graph.files.values()) {
    if (code !== null) parts.push(`T(${JSON.stringify(path)},${JSON.stringify(groupSource(path, code))});`);
  }
  parts.push("__weappTemplates(G,Q)})();");
  return `${parts.join("\n")}\n`;
}

const SHARED_NAMES = [
  "G",
  "R",
  "D",
  "X",
  "Y",
  "Z",
  "P",
  "Q",
  "$type",
  "getDate",
  "getRegExp",
  "console",
].join(",");

function groupSource(path: string, code: string): string {
  return `(function(${SHARED_NAMES}){var ${HIDDEN_NAMES.join(",")};return ${code}})\n//# sourceURL=weapp:///${encodeURI(path)}.wxml`;
}

/** T(path, text) defines a group that evaluates its text at its first use: as a function, or as what others import. */
const LAZY_GROUPS = `
var T=function(path,text){
  var group,load=function(){return group||(group=(0,eval)(text)(${SHARED_NAMES}))};
  G[path]=Object.defineProperty(function(name){return load()(name)},"_",{get:function(){return load()._}});
};`;

/** The functions that generated code calls; they come from the compiler, so they always fit it. */
function templateRuntime(): string {
  const group = new glassEaselTemplateCompiler.TmplGroup();
  try {
    return group.getRuntimeString();
  } finally {
    group.free();
  }
}

/**
 * P(f) makes a function callable from an expression: one that throws is told on the console, once, and gives nothing.
 * D(path, loader) defines a WXS module and returns what loads it. Unlike the compiler's own it takes paths with their
 * extension, and a module that is missing or throws is told on the console and stays as empty as it got: the pages
 * around it are drawn.
 */
const WXS_RUNTIME = `
var R=new Proxy({},{get:function(scripts,path){return scripts[path]||function(){return {}}}});
Q.A=Q.B=function(listener){return listener};
var getDate=function(){return arguments.length?new Date(...arguments):new Date()};
var getRegExp=function(pattern,flags){return new RegExp(pattern,flags)};
var told=Object.create(null),tell=function(text){if(!told[text]){told[text]=true;console.error("wxs: "+text)}};
P=function(f){
  if(typeof f!=="function")return function(){};
  return function(){try{return f.apply(undefined,arguments)}catch(error){tell(error&&error.message||error)}};
};
var $type=function(value){
  if(value===null||value===undefined)return undefined;
  if(Object.prototype.hasOwnProperty.call(value,"constructor"))return value.constructor;
  return Object.prototype.toString.call(value).slice(8,-1);
};
var D=(function(){
  var modules=Object.create(null);
  function resolve(from,request){
    var parts=(request[0]==="/"?request:from.split("/").slice(0,-1).concat(request).join("/")).split("/"),path=[];
    parts.forEach(function(part){if(part==="..")path.pop();else if(part!==""&&part!==".")path.push(part)});
    path=path.join("/");
    return modules[path]?path:path+".wxs";
  }
  function load(path){
    var module=modules[path];
    if(!module){tell('there is no module "'+path+'"');return {}}
    if(module.loaded)return module.exports;
    module.loaded=true;
    try{module.loader.call(undefined,function(request){return load(resolve(path,request))},module.exports,module)}
    catch(error){tell(path+": "+(error&&error.message||error))}
    return module.exports;
  }
  return function(path,loader){
    modules[path]={exports:{},loader:loader,loaded:false};
    return function(){return load(path)};
  };
})();`;
