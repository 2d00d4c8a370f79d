// Shows the count as the supervisor gives it; nothing here counts by itself.

const EVERY = 200;
const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat("en");

async function refresh() {
  try {
    show(await (await fetch("state")).json());
  } catch {
    over();
  }
  setTimeout(refresh, EVERY);
}

function show({ said, crashes, lost, doubled, pid, away }) {
  write("said", `${number.format(said)} said`);
  write("crashes", crashes === 1 ? "1 crash" : `${number.format(crashes)} crashes`);
  const twice = doubled ? `, ${number.format(doubled)} doubled` : "";
  write("lost", `${number.format(lost)} lost${twice}`);
  byId("lost").classList.toggle("wrong", lost + doubled > 0);
  byId("state").dataset.state = pid ? "connected" : "waiting";
  byId("kill").disabled = !pid;
  const back = away ? `, back after ${away.toFixed(2)} s` : "";
  write("words", pid ? `The server is process ${pid}${back}` : "The server is dead");
}

function over() {
  byId("state").dataset.state = "stopped";
  byId("kill").disabled = true;
  write("words", "The demo has ended");
}

function write(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

byId("kill").addEventListener("click", () => fetch("kill", { method: "POST" }));
refresh();
