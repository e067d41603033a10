// Calls to the desk's own API. A refusal becomes a `Refusal` with the server's word and sentence.

export class Refusal extends Error {
  constructor(status, body) {
    super(body.message || "Something went wrong. Please try again.");
    this.status = status;
    this.code = body.error || "error";
    this.findings = body.findings || [];
  }
}

export const caseId = () => document.getElementById("desk").dataset.case || null;

export async function post(path, body, headers = {}) {
  const csrf = document.querySelector("meta[name=csrf]").content;
  const request = {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf, ...headers },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(`/api/v1${path}`, request);
  } catch {
    throw new Refusal(0, { error: "offline", message: "The desk cannot be reached. Nothing was lost; try again." });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

export function tell(words, kind = "done") {
  const toast = document.createElement("p");
  toast.className = `toast is-${kind}`;
  toast.textContent = words;
  document.getElementById("toasts").append(toast);
  setTimeout(() => toast.remove(), kind === "refused" ? 9000 : 4000);
}
