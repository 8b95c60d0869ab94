/** A terminal's text as an SVG picture. Each line is cut at `columns` characters. */
export function terminalPicture(text: string, columns = 100): string {
  const [lineHeight, charWidth, margin] = [18, 8.4, 16];
  const lines = text.trimEnd().split("\n");
  const width = Math.ceil(columns * charWidth + 2 * margin);
  const height = lines.length * lineHeight + 2 * margin;
  const rows = lines.map((line, index) => {
    const y = margin + (index + 0.75) * lineHeight;
    const colour = line.startsWith("$ ") ? "#7ee787" : "#e6edf3";
    return `<text x="${margin}" y="${y}" fill="${colour}" xml:space="preserve">${escape(line.slice(0, columns))}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...rows,
    "</svg>",
    "",
  ].join("\n");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
