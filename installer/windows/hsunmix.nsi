; The installer for Windows, for one user or for all:
;   makensis -DVERSION=0.1.0 -DBUNDLE=folder -DOUT=setup.exe hsunmix.nsi
; Silent: setup.exe /S [/CurrentUser | /AllUsers] [/D=C:\folder]   and: uninstall.exe /S
; Written on Linux and compiled there; releasing.md says what is untested.

Unicode true
ManifestDPIAware true
SetCompressor /SOLID lzma

!ifndef VERSION
  !error "say -DVERSION=…"
!endif
!ifndef BUNDLE
  !error "say -DBUNDLE=…, the folder that PyInstaller made"
!endif
!ifndef OUT
  !define OUT "hsunmix-${VERSION}-setup.exe"
!endif

!define NAME "hsunmix"
!define SESSION "hsunmix.session"
!define HEADER "hsunmix.envi"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"

!define MULTIUSER_EXECUTIONLEVEL Highest
!define MULTIUSER_MUI
!define MULTIUSER_INSTALLMODE_COMMANDLINE
!define MULTIUSER_INSTALLMODE_DEFAULT_CURRENTUSER
!define MULTIUSER_USE_PROGRAMFILES64
!define MULTIUSER_INSTALLMODE_INSTDIR "${NAME}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_KEY "Software\${NAME}"
!define MULTIUSER_INSTALLMODE_INSTDIR_REGISTRY_VALUENAME "InstallDir"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_KEY "Software\${NAME}"
!define MULTIUSER_INSTALLMODE_DEFAULT_REGISTRY_VALUENAME "InstallDir"

!include MultiUser.nsh
!include MUI2.nsh
!include FileFunc.nsh

Name "${NAME} ${VERSION}"
OutFile "${OUT}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${NAME}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Hyperspectral unmixing"
VIAddVersionKey LegalCopyright "BSD-3-Clause"

!ifdef ICON
  !define MUI_ICON "${ICON}"
  !define MUI_UNICON "${ICON}"
!endif
!define MUI_FINISHPAGE_RUN "$INSTDIR\hsunmixw.exe"

!insertmacro MULTIUSER_PAGE_INSTALLMODE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
  !insertmacro MULTIUSER_INIT
FunctionEnd

Function un.onInit
  !insertmacro MULTIUSER_UNINIT
FunctionEnd

Section "hsunmix"
  ; An older version goes first: what it had and this one has not would stay.
  IfFileExists "$INSTDIR\uninstall.exe" 0 fresh
    ExecWait '"$INSTDIR\uninstall.exe" /S /$MultiUser.InstallMode _?=$INSTDIR'
  fresh:

  SetOutPath "$INSTDIR"
  File /r "${BUNDLE}/*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\hsunmixw.exe"

  ; SHCTX is the user's part of the registry, or the machine's.
  WriteRegStr SHCTX "Software\${NAME}" "InstallDir" "$INSTDIR"
  WriteRegStr SHCTX "Software\Classes\.hsu" "" "${SESSION}"
  WriteRegStr SHCTX "Software\Classes\${SESSION}" "" "hsunmix session"
  WriteRegStr SHCTX "Software\Classes\${SESSION}\DefaultIcon" "" "$INSTDIR\hsunmixw.exe,0"
  WriteRegStr SHCTX "Software\Classes\${SESSION}\shell\open\command" "" '"$INSTDIR\hsunmixw.exe" "%1"'
  ; .hdr is other programs' too: hsunmix is among those to open it with, not the one.
  WriteRegStr SHCTX "Software\Classes\.hdr\OpenWithProgids" "${HEADER}" ""
  WriteRegStr SHCTX "Software\Classes\${HEADER}" "" "ENVI image header"
  WriteRegStr SHCTX "Software\Classes\${HEADER}\shell\open\command" "" '"$INSTDIR\hsunmixw.exe" "%1"'

  WriteRegStr SHCTX "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL}" "DisplayIcon" "$INSTDIR\hsunmixw.exe,0"
  WriteRegStr SHCTX "${UNINSTALL}" "Publisher" "The hsunmix developers"
  WriteRegStr SHCTX "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode'
  WriteRegStr SHCTX "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /$MultiUser.InstallMode /S'
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD SHCTX "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD SHCTX "${UNINSTALL}" "EstimatedSize" "$0"
  ${RefreshShellIcons}
SectionEnd

Section "Uninstall"
  ; Only what the installer put there, and only in a folder that is ours.
  IfFileExists "$INSTDIR\hsunmixw.exe" 0 +4
    RMDir /r "$INSTDIR\_internal"
    Delete "$INSTDIR\hsunmix.exe"
    Delete "$INSTDIR\hsunmixw.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  DeleteRegValue SHCTX "Software\Classes\.hdr\OpenWithProgids" "${HEADER}"
  DeleteRegKey SHCTX "Software\Classes\${HEADER}"
  DeleteRegKey SHCTX "Software\Classes\${SESSION}"
  ReadRegStr $0 SHCTX "Software\Classes\.hsu" ""
  StrCmp $0 "${SESSION}" 0 +2
    DeleteRegKey SHCTX "Software\Classes\.hsu"
  DeleteRegKey SHCTX "${UNINSTALL}"
  DeleteRegKey SHCTX "Software\${NAME}"
  ${RefreshShellIcons}
SectionEnd
