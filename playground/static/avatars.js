// Faces of invented people, drawn from a few shapes.

import { h, svg } from "./dom.js";

const LOOKS = {
  ines: { ground: "#e3b587", skin: "#f0c9a6", hair: "#5a2d1c", wear: "#b3532f", cut: "long" },
  tom: { ground: "#9db8c9", skin: "#f3d3b5", hair: "#c48a3a", wear: "#2f5673", cut: "short", beard: true },
  amara: { ground: "#e7c65c", skin: "#8a5533", hair: "#241510", wear: "#8c2f56", cut: "round" },
  jonas: { ground: "#b9cdb0", skin: "#f5d9c0", hair: "#7d6a58", wear: "#3e5a3c", cut: "short", glasses: true },
  mei: { ground: "#e5a9a5", skin: "#f2cfae", hair: "#1c1b22", wear: "#3d4170", cut: "bob" },
  sofia: { ground: "#b7aed6", skin: "#d9a57c", hair: "#3a2320", wear: "#2d6a6a", cut: "bun" },
};

const HAIR = {
  long: ["M10 20c0-8 4-12 10-12s10 4 10 12v11H10z"],
  short: ["M12 17c0-6 3-9 8-9s8 3 8 9l-1 1H13z"],
  round: ["M20 5.5a10.5 10.5 0 1 1 0 21 10.5 10.5 0 0 1 0-21z"],
  bob: ["M11 24v-6c0-6 4-10 9-10s9 4 9 10v6z"],
  bun: ["M12 20c0-7 3-11 8-11s8 4 8 11z", "M20 3.5a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2z"],
};

const FRINGE = {
  long: "M13.5 17c2-4 6-5 7-5.5 2 2.5 4 4 6 4.5-.5-4-3-6.5-6.5-6.5s-6 3-6.5 7.5z",
  short: "M13.5 15.5c3 0 5-1 6.5-2.5 1.5 1.5 4 2.5 6.5 2.5-.5-3.5-3-5.5-6.5-5.5s-6 2-6.5 5.5z",
  bob: "M13.5 17.5v-2.5c.5-3.5 3-5.5 6.5-5.5s6 2 6.5 5.5v2.5c-4-1.5-9-1.5-13 0z",
  bun: "M13.5 16c2.5-1 5-3 6.5-4.5 1.5 1.5 4 3.5 6.5 4.5-.5-4-3-6-6.5-6s-6 2-6.5 6z",
};

/** The face of a customer. */
export function face(key) {
  const look = LOOKS[key];
  const shape = (tag, fill, more) => svg(tag, { fill, ...more });
  const drawing = svg("svg", { class: "avatar", viewBox: "0 0 40 40", "aria-hidden": "true" });
  drawing.append(
    shape("rect", look.ground, { width: 40, height: 40 }),
    ...HAIR[look.cut].map((d) => shape("path", look.hair, { d })),
    shape("path", look.wear, { d: "M7 40c0-7 5.5-10.5 13-10.5S33 33 33 40z" }),
    shape("path", look.skin, { d: "M17 25h6v5.5a3 3 0 0 1-6 0z" }),
    shape("ellipse", look.skin, { cx: 20, cy: 19.5, rx: 6.6, ry: 7.6 }),
  );
  if (look.beard)
    drawing.append(
      shape("path", look.hair, { d: "M13.4 20c1 2 3 2.2 6.6 2.2s5.6-.2 6.6-2.2c0 4.5-2.5 8-6.6 8s-6.6-3.5-6.6-8z" }),
    );
  if (FRINGE[look.cut]) drawing.append(shape("path", look.hair, { d: FRINGE[look.cut] }));
  drawing.append(
    shape("circle", "#2a1d18", { cx: 17.4, cy: 19.8, r: 0.9 }),
    shape("circle", "#2a1d18", { cx: 22.6, cy: 19.8, r: 0.9 }),
  );
  if (look.glasses) {
    const rim = { fill: "none", stroke: "#2a1d18", "stroke-width": 0.8 };
    drawing.append(
      svg("circle", { cx: 17.3, cy: 19.8, r: 2.3, ...rim }),
      svg("circle", { cx: 22.7, cy: 19.8, r: 2.3, ...rim }),
    );
  }
  drawing.append(
    svg("path", {
      d: "M18 23.4q2 1.3 4 0",
      fill: "none",
      stroke: "#7a4030",
      "stroke-width": 0.9,
      "stroke-linecap": "round",
    }),
  );
  return drawing;
}

/** The bird of the brand. */
export function bird() {
  return h("img", { class: "avatar", src: "/static/wren.svg", alt: "" });
}
