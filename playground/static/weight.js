// How long a post is for X: Latin letters weigh 1, emoji and CJK 2, every URL 23. The server decides; this only counts.

export const LIMIT = 280;

const LIGHT = [
  [0, 4351],
  [8192, 8205],
  [8208, 8223],
  [8242, 8247],
];
const URLS = /https?:\/\/\S+/g;
const EMOJI =
  /\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]*(?:\u200D\p{Extended_Pictographic}[\uFE0F\u{1F3FB}-\u{1F3FF}]*)*/gu;

export function weightedLength(text) {
  let weight = 0;
  let rest = text.normalize("NFC").replace(URLS, () => ((weight += 23), ""));
  rest = rest.replace(EMOJI, () => ((weight += 2), ""));
  for (const letter of rest) {
    const point = letter.codePointAt(0);
    weight += LIGHT.some(([low, high]) => low <= point && point <= high) ? 1 : 2;
  }
  return weight;
}
