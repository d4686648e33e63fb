; The installer for Windows: for one user, without administrator rights, in Chinese or English.
; windows_installer.py gives VERSION, BUNDLE (the folder), DRESS (the icons) and OUT.
;
; Silent:  kjxm-desktop-setup.exe /S [/D=C:\path]           (/D last, without quotes)
;          uninstall.exe /S [/LOCALCOPIES]                  (/LOCALCOPIES: this computer's copies of drafts go as well)

Unicode true
AllowSkipFiles off
!ifdef AMD64 ; what is installed is 64-bit in any case; Debian's NSIS makes the installer so too, that of Windows cannot
  Target amd64-unicode
!endif
SetCompressor /SOLID lzma
SetCompressorDictSize 64
RequestExecutionLevel user
ManifestDPIAware true
ManifestSupportedOS Win10

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "nsDialogs.nsh"
!include "x64.nsh"
!include "WinVer.nsh"

!define ID "kjxm-desktop"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${ID}"

Name "$(title)"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${ID}"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "kjxm-desktop ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 "ProductName" "科技项目申报书 kjxm-desktop"
VIAddVersionKey /LANG=2052 "FileDescription" "科技项目申报书 安装程序"
VIAddVersionKey /LANG=2052 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "LegalCopyright" "MIT"

!define MUI_ICON "${DRESS}\kjxm-desktop.ico"
!define MUI_UNICON "${DRESS}\kjxm-desktop.ico"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_ALLLANGUAGES
!define MUI_WELCOMEPAGE_TEXT "$(welcome)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "$(licence)"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_RUN "$INSTDIR\kjxm-desktop.exe"
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
UninstPage custom un.AskLocalCopies un.TakeLocalCopies
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"
!insertmacro MUI_LANGUAGE "English"

LicenseLangString licence ${LANG_SIMPCHINESE} "${BUNDLE}\licences\installer.txt"
LicenseLangString licence ${LANG_ENGLISH} "${BUNDLE}\licences\installer.txt"
LangString title ${LANG_SIMPCHINESE} "科技项目申报书"
LangString title ${LANG_ENGLISH} "Research Proposal"
LangString welcome ${LANG_SIMPCHINESE} "将安装“科技项目申报书” ${VERSION}。$\r$\n$\r$\n只为当前用户安装，不需要管理员权限。程序全程不连网络。$\r$\n已有的旧版本会被替换，草稿和设置保留。"
LangString welcome ${LANG_ENGLISH} "This installs Research Proposal ${VERSION}.$\r$\n$\r$\nFor this user alone, without administrator rights. The program never uses the network.$\r$\nAn older version is replaced; drafts and settings stay."
LangString running ${LANG_SIMPCHINESE} "程序正在运行。先保存并关闭它，再按“重试”。"
LangString running ${LANG_ENGLISH} "The program is running. Save and close it, then choose Retry."
LangString unwritten ${LANG_SIMPCHINESE} "有文件写不进安装文件夹。换一个文件夹，或腾出空间后再装一次。"
LangString unwritten ${LANG_ENGLISH} "Some files could not be written to the folder. Choose another one, or make room, and install again."
LangString too_old ${LANG_SIMPCHINESE} "需要 64 位的 Windows 10 或更新的系统。"
LangString too_old ${LANG_ENGLISH} "Windows 10, 64-bit, or later is needed."
LangString draft ${LANG_SIMPCHINESE} "科技项目申报书草稿"
LangString draft ${LANG_ENGLISH} "Draft of a research proposal"
LangString call ${LANG_SIMPCHINESE} "科技项目征集通知"
LangString call ${LANG_ENGLISH} "Call for research proposals"
LangString copies_title ${LANG_SIMPCHINESE} "本机副本"
LangString copies_title ${LANG_ENGLISH} "Copies on this computer"
LangString copies_note ${LANG_SIMPCHINESE} "保存在各文件夹里的 .kjxm 草稿不会被删除。"
LangString copies_note ${LANG_ENGLISH} "Drafts that were saved as .kjxm files are not deleted."
LangString copies ${LANG_SIMPCHINESE} "同时删除本机副本、历史和设置（没有另存过的草稿只在这里）"
LangString copies ${LANG_ENGLISH} "Also delete this computer's copies, history and settings (drafts never saved as files exist only here)"

Var LocalCopies
Var CopiesBox

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP|MB_OK "$(too_old)" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  SetRegView 64
  System::Call 'kernel32::GetUserDefaultUILanguage() i .r0'
  IntOp $0 $0 & 0x3ff
  ${If} $0 == 4
    StrCpy $LANGUAGE ${LANG_SIMPCHINESE}
  ${Else}
    StrCpy $LANGUAGE ${LANG_ENGLISH}
  ${EndIf}
FunctionEnd

; A program that runs cannot be opened for writing. Silent, the installer gives up with status 3 and changes nothing.
!macro WaitUntilClosed PROGRAM
  retry_${PROGRAM}:
  ${If} ${FileExists} "$INSTDIR\${PROGRAM}.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\${PROGRAM}.exe" a
    ${If} ${Errors}
      MessageBox MB_ICONEXCLAMATION|MB_RETRYCANCEL "$(running)" /SD IDCANCEL IDRETRY retry_${PROGRAM}
      SetErrorLevel 3
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Section
  ; A folder that holds something else gets one of our own inside it.
  ${IfNot} ${FileExists} "$INSTDIR\kjxm-desktop.exe"
  ${AndIf} ${FileExists} "$INSTDIR\*.*"
    StrCpy $INSTDIR "$INSTDIR\kjxm-desktop"
  ${EndIf}
  !insertmacro WaitUntilClosed kjxm-desktop
  !insertmacro WaitUntilClosed kjxm
  ; A copy elsewhere goes: two of them would share one entry in the list of programs.
  ReadRegStr $1 HKCU "${UNINSTALL}" "InstallLocation"
  ${If} $1 != ""
  ${AndIf} $1 != $INSTDIR
  ${AndIf} ${FileExists} "$1\uninstall.exe"
    ExecWait '"$1\uninstall.exe" /S _?=$1' $2
    ${If} $2 <> 0
      SetErrorLevel $2
      Abort
    ${EndIf}
    Delete "$1\uninstall.exe"
    RMDir "$1"
  ${EndIf}
  ; Only what is ours: never the folder itself, in which somebody may keep something.
  ${If} ${FileExists} "$INSTDIR\kjxm-desktop.exe"
    RMDir /r "$INSTDIR\_internal"
    RMDir /r "$INSTDIR\licences"
  ${EndIf}
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${BUNDLE}\*.*"
  ${If} ${Errors}
    MessageBox MB_ICONSTOP|MB_OK "$(unwritten)" /SD IDOK
    SetErrorLevel 4
    Abort
  ${EndIf}
  File "${DRESS}\kjxm-draft.ico"
  File "${DRESS}\kjxm-call.ico"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortCut "$SMPROGRAMS\$(title).lnk" "$INSTDIR\kjxm-desktop.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Shortcut" "$SMPROGRAMS\$(title).lnk"

  WriteRegStr HKCU "Software\Classes\.kjxm" "" "kjxm.proposal"
  WriteRegStr HKCU "Software\Classes\.kjxm" "Content Type" "application/vnd.kjxm.proposal"
  WriteRegStr HKCU "Software\Classes\.kjxm\OpenWithProgids" "kjxm.proposal" ""
  WriteRegStr HKCU "Software\Classes\kjxm.proposal" "" "$(draft)"
  WriteRegStr HKCU "Software\Classes\kjxm.proposal\DefaultIcon" "" "$INSTDIR\kjxm-draft.ico"
  WriteRegStr HKCU "Software\Classes\kjxm.proposal\shell\open\command" "" '"$INSTDIR\kjxm-desktop.exe" "%1"'
  WriteRegStr HKCU "Software\Classes\.kjxmcall" "" "kjxm.call"
  WriteRegStr HKCU "Software\Classes\.kjxmcall" "Content Type" "application/vnd.kjxm.call"
  WriteRegStr HKCU "Software\Classes\.kjxmcall\OpenWithProgids" "kjxm.call" ""
  WriteRegStr HKCU "Software\Classes\kjxm.call" "" "$(call)"
  WriteRegStr HKCU "Software\Classes\kjxm.call\DefaultIcon" "" "$INSTDIR\kjxm-call.ico"
  WriteRegStr HKCU "Software\Classes\kjxm.call\shell\open\command" "" '"$INSTDIR\kjxm-desktop.exe" "%1"'

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "$(title)"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\kjxm-desktop.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "kjxm-desktop"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd

Function un.onInit
  SetRegView 64
  System::Call 'kernel32::GetUserDefaultUILanguage() i .r0'
  IntOp $0 $0 & 0x3ff
  ${If} $0 == 4
    StrCpy $LANGUAGE ${LANG_SIMPCHINESE}
  ${Else}
    StrCpy $LANGUAGE ${LANG_ENGLISH}
  ${EndIf}
  StrCpy $LocalCopies 0
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/LOCALCOPIES" $1
  ${IfNot} ${Errors}
    StrCpy $LocalCopies 1
  ${EndIf}
FunctionEnd

Function un.AskLocalCopies
  !insertmacro MUI_HEADER_TEXT "$(copies_title)" "$(copies_note)"
  nsDialogs::Create 1018
  Pop $0
  ${NSD_CreateLabel} 0 0 100% 24u "$(copies_note)"
  Pop $0
  ${NSD_CreateCheckbox} 0 32u 100% 24u "$(copies)"
  Pop $CopiesBox
  nsDialogs::Show
FunctionEnd

Function un.TakeLocalCopies
  ${NSD_GetState} $CopiesBox $LocalCopies
FunctionEnd

Section "Uninstall"
  !insertmacro WaitUntilClosed kjxm-desktop
  !insertmacro WaitUntilClosed kjxm
  ReadRegStr $0 HKCU "${UNINSTALL}" "Shortcut"
  ${If} $0 != ""
    Delete "$0"
  ${EndIf}
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\kjxm-desktop.exe"
  Delete "$INSTDIR\kjxm.exe"
  Delete "$INSTDIR\kjxm-draft.ico"
  Delete "$INSTDIR\kjxm-call.ico"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  ${If} $LocalCopies == 1
    RMDir /r "$LOCALAPPDATA\kjxm-desktop"
  ${EndIf}

  DeleteRegKey HKCU "Software\Classes\kjxm.proposal"
  DeleteRegKey HKCU "Software\Classes\kjxm.call"
  DeleteRegValue HKCU "Software\Classes\.kjxm\OpenWithProgids" "kjxm.proposal"
  DeleteRegValue HKCU "Software\Classes\.kjxmcall\OpenWithProgids" "kjxm.call"
  ; What another program has made of the extensions since stays.
  ReadRegStr $0 HKCU "Software\Classes\.kjxm" ""
  ${If} $0 == "kjxm.proposal"
    DeleteRegKey HKCU "Software\Classes\.kjxm"
  ${EndIf}
  ReadRegStr $0 HKCU "Software\Classes\.kjxmcall" ""
  ${If} $0 == "kjxm.call"
    DeleteRegKey HKCU "Software\Classes\.kjxmcall"
  ${EndIf}
  DeleteRegKey HKCU "${UNINSTALL}"
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
SectionEnd
