/** The few shapes that the picture is made of, as SVG text. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Point = readonly [x: number, y: number];

export const escaped = (content: string): string => content.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

export function text(
  x: number,
  y: number,
  content: string,
  style: string,
  anchor: 'start' | 'middle' | 'end' = 'middle',
): string {
  return `<text x="${x}" y="${y}" class="${style}" text-anchor="${anchor}">${escaped(content)}</text>`;
}

/** A box with a title and lines below it; hovering shows the description. */
export function node(box: Box, style: string, title: string, lines: readonly string[], description: string): string {
  const { x, y, width, height } = box;
  const middle = x + width / 2;
  const top = y + height / 2 - lines.length * 7 + 5;
  const radius = style === 'rest' ? 6 : 18;
  return [
    `<g><title>${escaped(description)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" class="${style}"/>`,
    text(middle, top, title, 'name'),
    ...lines.map((line, n) => text(middle, top + 15 + n * 14, line, 'small')),
    '</g>',
  ].join('');
}

/** A straight or bent arrow through points; the label stands above the middle of its first piece. */
export function arrow(points: readonly Point[], label = '', style = 'line'): string {
  const [a, b] = points;
  const shown =
    label === '' || a === undefined || b === undefined
      ? ''
      : text((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 - 6, label, 'label');
  return `<path d="${pathOf(points)}" class="${style}" marker-end="url(#head)"/>${shown}`;
}

/** A line that flows into another one. */
export const line = (points: readonly Point[]): string => `<path d="${pathOf(points)}" class="line"/>`;

const pathOf = (points: readonly Point[]): string =>
  points.map(([x, y], n) => `${n === 0 ? 'M' : 'L'}${x} ${y}`).join('');

export const styles = `
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1b2330}
.ground{fill:#fbfcfe}
.name{font-size:14px;font-weight:600}
.small{font-size:11px;fill:#56627a}
.label{font-size:12px;font-weight:600;fill:#1d5fb4}
.heading{font-size:20px;font-weight:700}
.band{fill:#f0f3f9}
.rest{fill:#ffffff;stroke:#1b2330;stroke-width:1.6}
.transient{fill:#e3eefc;stroke:#4a86d0;stroke-width:1.2}
.trouble{fill:#fdeeda;stroke:#c9822b;stroke-width:1.2}
.line{fill:none;stroke:#5b6880;stroke-width:1.4}
.head{fill:#5b6880}
@media (prefers-color-scheme:dark){
text{fill:#e6ebf4}
.ground{fill:#12161d}
.small{fill:#9aa7bd}
.label{fill:#7db4ff}
.band{fill:#1a202b}
.rest{fill:#1e2632;stroke:#dce4f2}
.transient{fill:#17304f;stroke:#4a86d0}
.trouble{fill:#40301a;stroke:#c9822b}
.line{stroke:#8b98ae}
.head{fill:#8b98ae}
}`;
