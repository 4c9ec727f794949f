// What a reader who does not see the page, or does not use a mouse, needs of it. Evaluates to a list of
// faults. A small part of the rules of axe-core (https://github.com/dequelabs/axe-core), for where that is not at
// hand; the page's colours are measured here too, by WCAG 2.2's formula for contrast.
(() => {
  const faults = [];
  const all = selector => [...document.querySelectorAll(selector)];
  const must = (good, what, node) => good || faults.push(`${what}: ${node ? node.outerHTML.slice(0, 120) : ""}`);
  const named = node => (node.getAttribute("aria-label") || (node.getAttribute("aria-labelledby") ?? "").split(" ")
    .map(id => document.getElementById(id)?.textContent ?? "").join(" ") || node.textContent).trim() !== "";

  must(document.documentElement.lang === "en", "the language is not said");
  must(document.title !== "", "no title");
  must(all("main").length === 1, "not one main");
  must(all("h1").length === 1, "not one h1");
  for (const node of all("a[href], button, summary, section, nav, svg[role=img]")) must(named(node), "no name", node);
  for (const node of all("svg:not(svg svg)"))
    must(node.getAttribute("role") === "img" || node.getAttribute("aria-hidden") === "true", "a picture for nobody", node);
  for (const node of all("[aria-labelledby], [aria-describedby]"))
    for (const name of ["aria-labelledby", "aria-describedby"])
      for (const id of (node.getAttribute(name) ?? "").split(" ").filter(Boolean))
        must(document.querySelectorAll(`[id="${id}"]`).length === 1, `${name} of ${id}`, node);
  let level = 0;
  for (const node of all("h1, h2, h3, h4")) {
    const next = Number(node.nodeName[1]);
    must(next <= level + 1, `a heading skips a level after h${level}`, node);
    level = next;
  }
  for (const node of all("table")) {
    must(node.caption, "a table without a caption", node);
    must([...node.querySelectorAll("th")].every(cell => cell.scope), "a header of no scope", node);
  }
  for (const node of all("ul, ol")) must([...node.children].every(child => child.nodeName === "LI"), "not only items", node);

  const rgb = text => (text.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const behind = node => {
    for (; node; node = node.parentElement) {
      const colour = rgb(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const node of all("body *")) {
    const says = [...node.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.nodeValue.trim());
    if (!says || ["SCRIPT", "STYLE", "title", "desc"].includes(node.nodeName) || !node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const ratio = contrast(rgb(node.nodeName === "text" ? style.fill : style.color), behind(node));
    must(ratio >= 4.5, `a contrast of ${ratio.toFixed(2)}`, node);
  }
  for (const node of all("path"))  // 3 is WCAG 1.4.11's for pictures
    must(contrast(rgb(getComputedStyle(node).stroke), behind(node)) >= 3, "a faint line", node);
  return faults;
})()
