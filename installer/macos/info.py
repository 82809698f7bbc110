"""What macOS reads of an application before it starts it."""

from __future__ import annotations

from typing import Any

__all__ = ["mac_info"]

SESSION = "io.github.hsunmix.session"


def mac_info(number: str) -> dict[str, Any]:
    """Return Info.plist's entries: version, appearance, and the files that hsunmix opens."""
    return {
        "CFBundleName": "hsunmix",
        "CFBundleDisplayName": "hsunmix",
        "CFBundleShortVersionString": number,
        "CFBundleVersion": number,
        "NSHumanReadableCopyright": "BSD-3-Clause",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,  # dark where the system is
        "LSMinimumSystemVersion": "13.0",
        "LSApplicationCategoryType": "public.app-category.education",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "hsunmix session",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [SESSION],
            },
            {
                "CFBundleTypeName": "ENVI image header",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "CFBundleTypeExtensions": ["hdr"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": SESSION,
                "UTTypeDescription": "hsunmix session",
                "UTTypeConformsTo": ["public.data"],
                "UTTypeTagSpecification": {"public.filename-extension": ["hsu"]},
            }
        ],
    }
