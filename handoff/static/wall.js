// What the wall says about a public text, shown before it is said: the reasons, and where in the text.

const SHORTEST_REASON = 5; // characters, as the server asks for

const part = (name) => document.getElementById(name);

export function clearWall() {
  part("wall").hidden = true;
  part("wall-words").textContent = "";
  part("wall-findings").replaceChildren();
  part("wall-text").replaceChildren();
  part("override").hidden = true;
  part("override-why").value = "";
}

// A supervisor's reason, where there is something to override; null where there is nothing, or none was given.
export function overrideReason() {
  const why = part("override-why").value.trim();
  return part("override").hidden || why.length < SHORTEST_REASON ? null : why;
}

// `obstacle`: why nothing can be sent privately instead, and what can be done; empty where it can.
export function showWall(text, findings, obstacle, overridable = false) {
  part("wall").hidden = false;
  part("wall").dataset.clear = findings.length ? "no" : "yes";
  part("wall-words").textContent = findings.length
    ? "This cannot be said in public."
    : "Checked: nothing in it that must stay private.";
  part("wall-text").hidden = findings.length === 0;
  part("wall-text").replaceChildren(...marked(text, findings));
  part("wall-findings").replaceChildren(...reasons(findings));
  part("instead").hidden = findings.length === 0 || Boolean(obstacle);
  part("wall-else").hidden = findings.length === 0 || !obstacle;
  part("wall-else").textContent = obstacle;
  part("override").hidden = !overridable;
}

function reasons(findings) {
  return [...new Set(findings.map((finding) => finding.reason))].map((reason) => {
    const item = document.createElement("li");
    item.textContent = reason;
    return item;
  });
}

// The text in pieces, its findings marked. The server counts code points, JavaScript counts halves of some of them.
function marked(text, findings) {
  const points = Array.from(text);
  const nodes = [];
  let at = 0;
  for (const { start, end } of findings) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    nodes.push(points.slice(at, from).join(""));
    const mark = document.createElement("mark");
    mark.textContent = points.slice(from, end).join("");
    nodes.push(mark);
    at = end;
  }
  nodes.push(points.slice(at).join(""));
  return nodes;
}
