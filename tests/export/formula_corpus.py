"""Formulas as engineers put them into proposals, sources that no formula can be made of, and documents of both."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from kjxm_desktop import paths
from kjxm_desktop.export import formulas, pdf_writer
from kjxm_desktop.export.blocks import (
    Block,
    Cell,
    Column,
    Document,
    Formula,
    ListBlock,
    ListItem,
    Paragraph,
    Part,
    Row,
    Run,
    Table,
)
from kjxm_desktop.export.fonts import FontSet
from kjxm_desktop.export.formulas import FormulaOutline
from tests.export.conftest import example_document

SONG = paths.fonts() / "NotoSerifSC-Regular.ttf"

CORPUS = (
    # energy, heat, flow
    r"E = mc^2",
    r"\eta = \frac{P_{\mathrm{out}}}{P_{\mathrm{in}}} \times 100\%",
    r"\eta = \frac{\text{输出功率}}{\text{输入功率}} \times 100%",
    r"q = -\lambda \frac{\mathrm{d}T}{\mathrm{d}x}",
    r"Q = c\,m\,\Delta T",
    r"k = A\,e^{-\frac{E_a}{RT}}",
    r"Re = \frac{\rho v L}{\mu}",
    r"\dot m = \rho A v",
    r"\frac{\partial \rho}{\partial t} + \nabla\cdot(\rho \vec{u}) = 0",
    r"\rho\left(\frac{\partial \mathbf{u}}{\partial t} + \mathbf{u}\cdot\nabla\mathbf{u}\right) = \mathbf{f}-\nabla p",
    r"\frac{\partial^2 u}{\partial t^2} = c^2 \nabla^2 u",
    r"\oint_C \vec{B}\cdot \mathrm{d}\vec{l} = \mu_0 I",
    r"\left. \frac{\partial f}{\partial x} \right|_{x=0}",
    r"W = \int_0^{24} P(t)\,\mathrm{d}t",
    # chemistry, materials
    r"\mathrm{CO_2}",
    r"\text{CO}_2",
    r"\mathrm{H_2SO_4}",
    r"\mathrm{Ca^{2+}} + \mathrm{CO_3^{2-}}",
    r"\mathrm{CaCO_3} \xrightarrow{\Delta} \mathrm{CaO} + \mathrm{CO_2}\uparrow",
    r"\mathrm{Fe^{3+}} + 3\mathrm{OH^-} \rightleftharpoons \mathrm{Fe(OH)_3}\downarrow",
    r"{}^{14}_{6}\mathrm{C}",
    r"\boldsymbol{\sigma} = \mathbf{C}:\boldsymbol{\varepsilon}",
    r"\sigma_b \ge 345\ \mathrm{MPa}",
    # units, measures, signs typed as they are
    r"v = 3.6\times 10^{5}\ \mathrm{m/s}",
    r"\rho \approx 2.65\ \mathrm{g\cdot cm^{-3}}",
    r"25\,^{\circ}\mathrm{C}",
    r"T = 850 \pm 10\ \text{℃}",
    r"50\ \mu\mathrm{m}",
    r"\mathrm{kW \cdot h}",
    r"温度 T ≤ 300 ℃",
    r"φ = 3.5×10³ Ω·m",
    r"1{,}000 \le n \le 50{,}000",
    r"\angle ABC = 60^\circ,\ AB \perp CD,\ AB \parallel EF",
    # sums, limits, statistics
    r"\bar{x} = \frac{1}{n}\sum_{i=1}^{n} x_i",
    r"\prod_{k=1}^{K} p_k",
    r"\sum_{\substack{i=1 \\ i\ne j}}^{n} a_{ij}",
    r"\sum\limits_{t} y_t",
    r"\int_0^\infty e^{-x^2}\,dx = \frac{\sqrt{\pi}}{2}",
    r"\iint_D f(x,y)\,\mathrm{d}x\,\mathrm{d}y",
    r"\iiint_V \rho \,\mathrm{d}V",
    r"\lim_{x \to 0} \frac{\sin x}{x} = 1",
    r"\max_{x \in \Omega} f(x)",
    r"\arg\min_{w} \|Xw - y\|_2^2 + \lambda \|w\|_1",
    r"\operatorname{rank}(A) \le n",
    r"\mathrm{RMSE} = \sqrt{\frac{1}{n}\sum_{i=1}^{n}\left(y_i - \hat{y}_i\right)^2}",
    r"R^2 = 1 - \frac{\sum_i (y_i - \hat{y}_i)^2}{\sum_i (y_i - \bar{y})^2}",
    r"P(A \mid B) = \frac{P(B \mid A) P(A)}{P(B)}",
    r"X \sim N(\mu, \sigma^2)",
    r"\binom{n}{k} = \frac{n!}{k!(n-k)!}",
    r"\mathrm{NPV} = \sum_{t=0}^{T}\frac{CF_t}{(1+r)^t}",
    r"\mathrm{softmax}(z_i) = \frac{e^{z_i}}{\sum_{j} e^{z_j}}",
    r"\mathrm{Attention}(Q,K,V) = \mathrm{softmax}\!\left(\frac{QK^{\mathsf{T}}}{\sqrt{d_k}}\right)V",
    r"\mathcal{F}\{f(t)\} = \int_{-\infty}^{+\infty} f(t)e^{-\mathrm{i}\omega t}\,\mathrm{d}t",
    # roots, fractions, fences
    r"x_{1,2} = \frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\sqrt[3]{x+1}",
    r"\sqrt{1+\sqrt{1+\sqrt{x}}}",
    r"\tfrac{1}{2} + \dfrac{a}{b} + \cfrac{1}{1+\cfrac{1}{x}}",
    r"{a \over b}",
    r"\left\{ x \mid x > 0 \right\}",
    r"\left\lfloor \frac{n}{2} \right\rfloor",
    r"\left[ \frac{1}{2} \right) \cup [0, 1)",
    r"\Big( \big( x \big) \Big)",
    r"|x| + \lVert y \rVert",
    # matrices, cases, lines below each other
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\begin{bmatrix} 1 & \cdots & 0 \\ \vdots & \ddots & \vdots \\ 0 & \cdots & 1 \end{bmatrix}",
    r"\begin{vmatrix} a_{11} & a_{12} \\ a_{21} & a_{22} \end{vmatrix}",
    r"\begin{array}{lcr} a & b & c \\ 1 & 2 & 3 \end{array}",
    r"f(x) = \begin{cases} 1, & \text{当 } x > 0 \text{ 时} \\ 0, & \text{其他} \end{cases}",
    r"\begin{aligned} y &= ax + b \\ z &= cx + d \end{aligned}",
    r"\begin{align} a &= b \\ c &= d \end{align}",
    r"\begin{equation} a = b \end{equation}",
    r"a = b \\ c = d",
    r"a = b \tag{1}",
    # letters, accents, marks
    r"\alpha\beta\gamma\delta\varepsilon\theta\lambda\mu\pi\rho\sigma\tau\varphi\omega\Gamma\Delta\Sigma\Phi\Omega",
    r"\hat{x}, \bar{x}, \tilde{x}, \vec{x}, \dot{x}, \ddot{x}",
    r"\widehat{ABC}, \widetilde{xy}, \overline{AB}, \underline{x}",
    r"\overrightarrow{AB}",
    r"\overbrace{a+b+c}^{n} + \underbrace{x_1 + \cdots + x_n}_{n\text{ 项}}",
    r"f'(x), f''(x), y^{\prime}",
    r"A \subseteq B \cup C \cap D, x \in \mathbb{R}^n, \forall x \exists y, \emptyset",
    r"a \neq b \not= c \notin D, a \equiv b \bmod n",
    r"a \Rightarrow b \Leftrightarrow c, f\colon X\to Y",
    r"\ln x, \log_{10} x, \exp(x), \sin\theta, \cos 2\theta, \tan^{-1} x",
    r"\overset{!}{=}, \underset{x}{y}",
    r"\%, \$, \&, \#, \_",
    r"$x^{y^{z}}$",
    r"\bm{x} = \mathbf{A}\bm{b}",
    r"\boxed{E=mc^2}",
    # what is struck out, ruled, drawn together by hand
    r"\frac{\cancel{x}(x+1)}{\cancel{x}} - \bcancel{y} + \xcancel{z^2}",
    r"A = \left[\begin{array}{cc|c} a & b & 1 \\ c & d & 2 \end{array}\right]",
    r"\begin{array}{|c|c|} \hline x & \frac{1}{2} \\ \hline 0 & 1 \\ \hline \end{array}",
    r"\int\!\!\!\int_D f\,\mathrm{d}x",
    r"\begin{aligned} f(x) &= (a+b)^2 \\ &= a^2 + 2ab + b^2 \\ &\ge 0 \end{aligned}",
    # chemistry as mhchem spells it
    r"\ce{2H2 + O2 ->[\text{点燃}] 2H2O}",
    r"\ce{Ca^2+ + CO3^2- -> CaCO3 v}",
    r"\ce{A <=>[\Delta][催化剂] B}",
    r"\ce{^{14}_{6}C + CuSO4.5H2O}",
    r"\ce{[Fe(CN)6]^{4-} + e- + NH4+}",
    r"\ce{Li_{x}CoO2}, \ce{CH3-CH=CH2}",
)

UNREADABLE = {
    "": "",
    "  \n ": "  \n ",
    r"\unknown{x}": r"\unknown",
    r"\frac{a}{b": "{",
    r"a}": "}",
    r"\left( a": r"\left",
    r"a \right)": r"\right",
    r"\begin{tikzpicture}a\end{tikzpicture}": r"\begin{tikzpicture}",
    r"\begin{matrix}a": r"\begin{matrix}",
    r"\begin{matrix}a\end{cases}": r"\end{cases}",
    r"a & b": "&",
    r"x_1_2": r"x_1_2",
    r"\def\a{\a\a}\a": r"\def",
    r"\newcommand{\a}{b}\a": r"\newcommand",
    r"\ce{H2O \foo}": r"\foo",
    r"\ce H2O": r"\ce",
    r"\ce{H2O": r"\ce",
    r"\ce{H2O!}": r"\ce{!}",
    r"\href{http://example.org}{x}": r"\href",
    r"\hline x": r"\hline",
    r"\begin{array}{c:c} a & b \end{array}": "{c:c}",
    r"\begin{array}{c} a \\ \hdashline b \end{array}": r"\hdashline",
    r"\text{a {b} c}": "}",
    "a\x00b": "U+0000",
    "a\u202eb": "U+202E",
    "a\ud800b": "U+D800",
    r"\not{ab}": r"\not",
}

HOSTILE = {
    "a long row": "x+" * 990,
    "much more than a formula": "x" * 20_000,
    "much text": r"\text{" + "中" * 1900 + "}",
    "deep braces": r"\frac{1}{1+" * 200 + "x" + "}" * 200,
    "deep fences": r"\left(1+" * 19 + "x" + r"\right)" * 19,
    "fences as deep as they are set": r"\left(1+" * 8 + "x" + r"\right)" * 8,
    "fences in fractions": r"\left(\frac{1}{x}+" * 9 + "1" + r"\right)" * 9,
    "many fences": r"\left(x\right)" * 100,
    "deep roots": r"\sqrt{1+" * 19 + "x" + "}" * 19,
    "roots without braces": r"\sqrt" * 390 + " x",
    "accents without braces": r"\hat" * 390 + "{x}",
    "scripts of scripts": "x" + "^{x" * 19 + "}" * 19,
    "cases in cases": r"\begin{cases}" * 18 + "x" + r"\end{cases}" * 18,
    "a huge matrix": r"\begin{matrix}" + r"\\".join([" & ".join("1" * 20)] * 20) + r"\end{matrix}",
    "a tall matrix": r"\begin{matrix}" + r"\\".join("1" * 150) + r"\end{matrix}",
    "brackets": "(" * 900 + ")" * 900,
    "sums of sums": r"\sum" * 390,
    "primes": "x" + "'" * 900,
    "a wide space": r"\hspace{99999999pt}x\kern-9999999pt",
    "lifted away": r"\raise 99999pt{x}",
    "an odd character": r"\unicode{x0}",
    "references": "&#x41;&lt;" * 50,
}


def inline(latex: str) -> Run:
    return Run(latex, italic=True, kind="formula")


def outline(latex: str, *, display: bool = False, size_pt: float = 12) -> FormulaOutline:
    made = formulas.outline(latex, size_pt, chinese=SONG, display=display)
    assert made is not None, latex
    return made


def every_place(sources: Sequence[str]) -> tuple[Block, ...]:
    """Return each formula in a paragraph and on its own, and some in a list and in a table."""
    blocks: list[Block] = []
    for at, latex in enumerate(sources):
        blocks.append(Paragraph((Run(f"第{at}式由"), inline(latex), Run("给出，其中各量的意义见附表。")), "body"))
        blocks.append(Formula(latex))
    blocks.append(ListBlock(tuple(ListItem("•", (Run("按"), inline(latex), Run("计算"))) for latex in sources[:5])))
    cells = [Row((Cell(((inline(latex),),)), Cell(((Run("取"), inline(latex)),)))) for latex in sources[:9]]
    blocks.append(Table((Column(0.5), Column(0.5)), tuple(cells)))
    return tuple(blocks)


def document(*blocks: Block) -> Document:
    return replace(example_document("consulting"), parts=(Part("body", blocks, page_numbers=True),))


def pdf_of(*blocks: Block) -> bytes:
    return pdf_writer.write(document(*blocks), {}, FontSet(paths.fonts())).data


def qpdf_says(data: bytes, folder: Path) -> int:
    (folder / "checked.pdf").write_bytes(data)
    return subprocess.run(["qpdf", "--check", folder / "checked.pdf"], capture_output=True, check=False).returncode
