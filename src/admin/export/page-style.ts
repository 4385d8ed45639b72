/** The look of an exported page: light and dark by the reader's system, and legible on paper. */
export const PAGE_STYLE = `:root{color-scheme:light dark;--dim:light-dark(#666,#999);--line:light-dark(#ddd,#3a3a3a);--sunken:light-dark(#f5f5f2,#222);
--good:light-dark(#0b6e4f,#6fd3a8);--bad:light-dark(#b3261e,#ff9a90);--warn:light-dark(#8a5a00,#e6b35c);--plus:light-dark(#e6f4ea,#12331f);--minus:light-dark(#fce8e6,#3a1715);
font:14px/1.55 system-ui,sans-serif}body{max-width:64rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.35rem;margin:0 0 .6rem}h2{font-size:1rem;margin:0;font-variant-numeric:tabular-nums}
h4{font-size:.8rem;margin:0;color:var(--dim);font-weight:600;overflow-wrap:anywhere}p{margin:.3rem 0}pre,code{font:12px/1.5 ui-monospace,monospace}
pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.2rem 0;padding:.5rem .75rem;background:var(--sunken);border-radius:4px}pre.command{border-left:3px solid var(--good)}
article{border-top:1px solid var(--line);padding:.8rem 0;content-visibility:auto;contain-intrinsic-size:auto 30rem}dl{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem;margin:0 0 1rem}
dl div{display:flex;gap:.4rem}dt{color:var(--dim)}dd{margin:0;font-variant-numeric:tabular-nums}.facts,.facts a{color:var(--dim);font-variant-numeric:tabular-nums}.error{color:var(--bad)}.lost{color:var(--warn)}
.item{display:grid;grid-template-columns:7.5rem minmax(0,1fr);gap:.2rem 1rem;padding:.35rem 0}.item>div>:first-child{margin-top:0}.user>h4{color:var(--good)}.reasoning>div{color:var(--dim)}.tool{color:var(--dim);font-weight:600;margin:.4rem 0 0}
.output{border-left:2px solid var(--line);padding-left:.7rem;margin-top:.3rem}img{max-width:100%}details{margin:.3rem 0}summary{cursor:pointer}table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:.2rem .5rem;text-align:left}
blockquote{margin:.3rem 0;padding-left:.8rem;border-left:3px solid var(--line)}figure{margin:.3rem 0}ins,del{text-decoration:none}ins{color:var(--good)}del{color:var(--bad)}
.diff pre>span{display:block;margin:0 -.75rem;padding:0 .75rem}.diff .added{background:var(--plus)}.diff .removed{background:var(--minus)}.diff .place{color:var(--dim)}
.prompt{border-top:2px solid var(--line);padding:.6rem 0}.prompt>summary{display:grid;grid-template-columns:2rem minmax(0,1fr);gap:.2rem 1rem}.prompt>summary b{font-size:1.05rem;white-space:pre-line;overflow-wrap:anywhere}
.prompt>summary .number{color:var(--dim)}.prompt>summary .facts{grid-column:2}svg{display:block;width:100%;height:110px;background:var(--sunken);border-radius:4px}.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;padding:0;list-style:none}
.legend i{display:inline-block;width:.7rem;height:.7rem;border-radius:2px}.instructions{fill:#6b7280;background:#6b7280}.tools{fill:#9ca3af;background:#9ca3af}.k-user{fill:#0b8f6a;background:#0b8f6a}.k-assistant{fill:#3b82f6;background:#3b82f6}
.k-reasoning{fill:#a78bfa;background:#a78bfa}.calls{fill:#f59e0b;background:#f59e0b}.k-output{fill:#ef7d57;background:#ef7d57}.images{fill:#ec4899;background:#ec4899}.other{fill:#d1d5db;background:#d1d5db}
@media(max-width:40rem){.item{grid-template-columns:1fr}}@media print{details{break-inside:avoid}article{content-visibility:visible}}`;
