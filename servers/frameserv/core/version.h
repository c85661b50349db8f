/* Which server this is: told by STATISTICS, so that who upgrades can see which one runs. A second image for the tests is
 * compiled with another number. */
#ifndef FRAMESERV_CORE_VERSION_H
#define FRAMESERV_CORE_VERSION_H

#ifndef SERVER_VERSION
#define SERVER_VERSION 1
#endif

#endif
