"""What spreadsheets put on the clipboard for a block of cells, made by hand after what each of them writes."""

from __future__ import annotations

# Microsoft Excel: one table between the marks of the fragment, classes with number formats, `x:num` where what is
# shown is not the whole number, the row without content that keeps columns apart where some of them are merged.
EXCEL_HTML = """Version:1.0
StartHTML:0000000105
EndHTML:0000002999
StartFragment:0000000999
EndFragment:0000002900
<html xmlns:v="urn:schemas-microsoft-com:vml"
xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:x="urn:schemas-microsoft-com:office:excel"
xmlns="http://www.w3.org/TR/REC-html40">

<head>
<meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=ProgId content=Excel.Sheet>
<meta name=Generator content="Microsoft Excel 11">
<style>
<!--table
\t{mso-displayed-decimal-separator:"\\.";
\tmso-displayed-thousand-separator:"\\,";}
.xl65
\t{mso-number-format:"\\#\\,\\#\\#0\\.00";}
ruby
\t{ruby-align:left;}
-->
</style>
</head>

<body link=blue vlink=purple>

<table x:str border=0 cellpadding=0 cellspacing=0 width=432 style='border-collapse:
 collapse;table-layout:fixed;width:324pt'>
<!--StartFragment-->
 <col width=72 span=6 style='width:54pt'>
 <tr height=19 style='height:14.25pt'>
  <td height=19 width=72 style='height:14.25pt;width:54pt'>科目</td>
  <td width=72 style='width:54pt'>支出<span style='mso-spacerun:yes'>&nbsp;</span>内容</td>
  <td width=72 style='width:54pt'>数量</td>
  <td width=72 style='width:54pt'>金额（元）</td>
  <td width=72 style='width:54pt'>年度</td>
  <td width=72 style='width:54pt'>备注</td>
 </tr>
 <tr height=38 style='height:28.5pt'>
  <td height=38 style='height:28.5pt'>设备费</td>
  <td class=xl66 width=72 style='width:54pt'>颗粒机<br>
    （含&quot;除尘&quot;）</td>
  <td align=right x:num>2</td>
  <td class=xl65 align=right x:num="123456.7">123,457</td>
  <td align=right x:num>2025</td>
  <td>x</td>
 </tr>
 <tr height=19 style='height:14.25pt'>
  <td height=19 style='height:14.25pt' x:str="业务费 ">业务费<span style='mso-spacerun:yes'>&nbsp;</span></td>
  <td>化验检测</td>
  <td align=right x:num="12">####</td>
  <td class=xl65 align=right x:num="30000">30,000.00</td>
  <td align=right x:num>2026</td>
  <td></td>
 </tr>
<!--EndFragment-->
 <![if supportMisalignedColumns]>
 <tr height=0 style='display:none'>
  <td width=72 style='width:54pt'></td>
 </tr>
 <![endif]>
</table>

</body>

</html>
"""
EXCEL_TEXT = (
    '科目\t支出 内容\t数量\t金额（元）\t年度\t备注\r\n设备费\t"颗粒机\n（含""除尘""）"\t2\t123,457\t2025\tx\r\n'
    "业务费 \t化验检测\t####\t30,000.00\t2026\t\r\n"
)

# WPS: the same names, its own classes, days with the number that counts them beside what is shown.
WPS_HTML = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:et="http://www.wps.cn/officeDocument/2009/et"><head><meta http-equiv="Content-Type"
 content="text/html; charset=utf-8"><meta name="ProgId" content="ET.Sheet"><style>
<!-- .et2 { mso-number-format:"yyyy/m"; } @page { margin:1.00in 0.75in; } -->
</style></head><body link="blue" vlink="purple"><!--StartFragment-->
<table width="216" border="0" cellpadding="0" cellspacing="0" style='width:162.00pt;border-collapse:collapse;'>
<col width="72" span="3" style="width:54.00pt;">
<tr height="18" style='height:13.50pt;'><td class="et2" height="18" width="72" x:num="45658">2025/1</td>
<td class="et2" x:num="45838">2025/7</td><td x:str>收集原料、<br/>建设中试线</td></tr>
<tr height="18" style='height:13.50pt;'><td class="et2" height="18" x:num="45839">2025/7</td>
<td class="et2" x:num="46022">2025/12</td><td x:str>联调</td></tr>
<tr height="18" style='display:none;height:13.50pt;'><td class="et2" height="18" x:num="46023">2026/1</td>
<td class="et2" x:num="46203">2026/6</td><td x:str>被筛掉的一行</td></tr>
</table><!--EndFragment--></body></html>"""
WPS_TEXT = '2025/1\t2025/7\t"收集原料、\n建设中试线"\n2025/7\t2025/12\t联调\n'

# LibreOffice: `sdval` and `sdnum`, cells merged across and down.
LIBREOFFICE_HTML = """<!DOCTYPE html><html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"/>
<title></title><meta name="generator" content="LibreOffice 7.4.7.2 (Linux)"/><style type="text/css">
body,div,table,thead,tbody,tfoot,tr,th,td,p { font-family:"Liberation Sans"; font-size:x-small }
a.comment-indicator:hover + comment { background:#ffd; position:absolute; display:block; }
comment { background:#ffd; position:absolute; display:none; }</style></head><body>
<table cellspacing="0" border="0"><colgroup span="3" width="85"></colgroup>
<tr><td rowspan=2 height="34" align="left">设备费</td><td align="left">干燥机</td>
<td align="right" sdval="12.345" sdnum="2052;0;#,##0.0">12.3</td></tr>
<tr><td align="left">提取罐</td><td align="right" sdval="0.1" sdnum="2052;0;0%">10%</td></tr>
<tr><td colspan=2 align="left">间接费用</td><td align="right" sdval="7" sdnum="2052;0;000">007</td></tr>
</table></body></html>"""

# Excel on Windows offers this too, by the name that the library makes of its own: every number whole.
EXCEL_XML_FORMAT = 'application/x-qt-windows-mime;value="XML Spreadsheet"'
EXCEL_XML = """<?xml version="1.0"?>
<?mso-application progid="Excel.Sheet"?>
<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:x="urn:schemas-microsoft-com:office:excel"
 xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"
 xmlns:html="http://www.w3.org/TR/REC-html40">
 <Styles>
  <Style ss:ID="Default" ss:Name="Normal"><Alignment ss:Vertical="Center"/><NumberFormat/></Style>
  <Style ss:ID="s62"><NumberFormat ss:Format="#,##0"/></Style>
  <Style ss:ID="s63"><NumberFormat ss:Format="Percent"/></Style>
  <Style ss:ID="s64"><NumberFormat ss:Format="000"/></Style>
  <Style ss:ID="s65"><NumberFormat ss:Format="Short Date"/></Style>
 </Styles>
 <Worksheet ss:Name="Sheet1">
  <Table ss:ExpandedColumnCount="5" ss:ExpandedRowCount="4" ss:DefaultColumnWidth="54">
   <Row><Cell ss:MergeAcross="1"><Data ss:Type="String">颗粒机&#10;（含除尘）</Data></Cell>
    <Cell ss:StyleID="s62"><Data ss:Type="Number">12.345000000000001</Data></Cell></Row>
   <Row ss:Hidden="1"><Cell><Data ss:Type="String">藏起来的一行</Data></Cell></Row>
   <Row ss:Index="4"><Cell ss:StyleID="s64"><Data ss:Type="Number">7</Data></Cell>
    <Cell ss:Index="3" ss:StyleID="s63" ss:Formula="=RC[-1]"><Data ss:Type="Number">0.125</Data></Cell>
    <Cell ss:StyleID="s65"><Data ss:Type="DateTime">2025-07-01T00:00:00.000</Data></Cell>
    <Cell><Data ss:Type="Boolean">1</Data></Cell></Row>
  </Table>
 </Worksheet>
</Workbook>
\0"""
