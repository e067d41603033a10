// The desk's page: put together from small modules, each with one job.
import "./zone.js";
import { startActs } from "./acts.js";
import { startComposer } from "./composer.js";
import { startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { scrollToEnd, startPanes } from "./panes.js";
import { startReveal } from "./reveal.js";

startPanes();
startActs();
startComposer();
startKeys();
startReveal();
startLive();
scrollToEnd();
