// How the page looks: on a phone, on paper, by day and by night.
#pragma once

namespace ebb {

// Each kind of marks (svg_chart.h) sets its colour, and shapes use it.
inline constexpr char kPageStyle[] = R"(
:root{color-scheme:light dark;--ground:#fff;--ink:#1c2126;--quiet:#66707a;--edge:#dfe3e8;--red:#c8452f;--blue:#2f6db5;
--green:#2c8a57;--orange:#d98a14;--violet:#7a4fb0}
@media(prefers-color-scheme:dark){:root{--ground:#15181c;--ink:#e4e8ec;--quiet:#98a2ad;--edge:#343b43;--red:#ee7c66;
--blue:#74aaea;--green:#66c793;--orange:#f0b354;--violet:#b592e6}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}
h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--edge)}
h3{font-size:1rem;margin:1.1rem 0 .3rem}
p,ul{margin:.3rem 0}
ul{padding-left:1.2rem}
.remark,.head{color:var(--quiet);font-size:.9rem}
.figures{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr))}
.wide{grid-template-columns:minmax(0,1fr)}
figure{margin:0;break-inside:avoid}
figcaption{font-size:.9rem;margin-bottom:.2rem;overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:12px;fill:var(--ink)}
svg .label,svg .note{font-size:11px}
svg .label{fill:var(--quiet)}
.grid{stroke:var(--edge);fill:none}
.declined,.wrong,.rank4{--c:var(--red)}
.steady,.right,.rank0,.together,.bar{--c:var(--blue)}
.cross{--c:var(--violet)}
.holdout,.opposite{--c:var(--orange)}
.training{--c:var(--green)}
.chance,.faint,.norank{--c:var(--quiet)}
.threshold,.text{--c:var(--ink)}
.bound{--c:var(--green)}
.right{--c:var(--green)}
.rank1{--c:#7c7fb5}
.rank2{--c:#9a7fa6}
.rank3{--c:#b6677d}
.box{fill:var(--c)}
.line{fill:none;stroke:var(--c);stroke-width:2}
.line.chance,.line.threshold,.line.bound,.line.median{stroke-width:1.5;stroke-dasharray:5 4}
.line.whisker{stroke-width:1.5}
.dots{fill:none;stroke:var(--c);stroke-width:7;stroke-linecap:round}
.dots.declined,.dots.steady{stroke-width:5;stroke-opacity:.6}
.dots.small{stroke-width:3.5;stroke-opacity:.8}
.keys{display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.8rem;color:var(--quiet)}
.key{display:inline-block;width:.8em;height:.8em;margin-right:.35em;border-radius:2px;background:var(--c)}
.key.median,.key.chance,.key.threshold,.key.bound{height:0;border-radius:0;border-top:2px dashed var(--c);
background:none;vertical-align:middle}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.88rem;margin:.3rem 0}
th,td{padding:.25rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--edge)}
th{font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
th.number{white-space:normal}
.met{color:var(--green);font-weight:600}
.not-met{color:var(--red);font-weight:600}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--quiet:#555;--edge:#ccc;--red:#b53a26;--blue:#245c9e;
--green:#22754a;--orange:#b8720c;--violet:#643c98}
body{padding:0;font-size:11pt}.scroll{overflow:visible}table{font-size:8pt}.number{white-space:normal}
h2,h3{break-after:avoid}tr{break-inside:avoid}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";

}  // namespace ebb
